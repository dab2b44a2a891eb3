"""How the table of accounts came to be."""
