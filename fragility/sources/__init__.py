"""Where raw files come from and how each format becomes a tidy frame."""
