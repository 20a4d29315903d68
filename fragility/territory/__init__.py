"""Codes, memberships, contours and the passage from one year's map to another's."""
