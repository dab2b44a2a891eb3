"""Tests of the emulator and the example apps in a real browser: Chromium, driven by Playwright."""
