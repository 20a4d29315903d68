"""The static site: a map of an edition that any web server can host, and what it reads."""
