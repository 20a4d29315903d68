"""Who is within reach of a conseiller numérique, from where people live."""
