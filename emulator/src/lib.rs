//! A Clever to run on your own machine.
