"""User models that differ from Django's as much as possible: with an email address as key, one name and no groups."""
