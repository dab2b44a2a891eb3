"""Shared helpers of the tests in several languages: the emulator's process, a browser, the programs under test."""
