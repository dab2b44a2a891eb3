"""What the tests that cross a language border share: the emulator's process, a browser, the programs under test."""
