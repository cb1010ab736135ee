"""The middle of the page: a run while it is painted and afterwards."""
