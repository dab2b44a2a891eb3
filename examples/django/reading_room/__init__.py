"""Log in with Clever in Django: a login button, a page that shows who you are, and a logout button."""
