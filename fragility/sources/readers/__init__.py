"""One module per family of files: a path in, a tidy frame in our column names out.

All knowledge of foreign formats lives here and nowhere else. A reader never touches the map of
another year (that is `territory/`) and never fills a missing value.
"""
