"""Log in with Clever in Django: a button, a page that says who you are, and the way out."""
