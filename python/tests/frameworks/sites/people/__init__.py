"""A user model as unlike Django's own as may be: known by an address, with one name and without groups."""
