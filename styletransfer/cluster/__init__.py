"""A Ray cluster as this project uses it, for whatever is shared out: pictures of a batch, shots of a film."""
