"""Digital difficulty: what the survey says of the nation, and its estimate for each territory."""
