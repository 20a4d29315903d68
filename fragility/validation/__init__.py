"""Does it agree with what is published? Read last, by people who have to trust the rest."""
