"""The emulator and the example apps as people use them: in a real browser, which is chromium driven by playwright."""
