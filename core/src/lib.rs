//! Log in with Clever.
