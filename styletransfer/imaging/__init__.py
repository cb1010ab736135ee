"""Picture files, in and out: decoding, colour, films, and the recipe that a picture carries."""
