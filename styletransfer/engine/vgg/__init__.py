"""The network: its numbers, where they come from, and the features that are read in it."""
