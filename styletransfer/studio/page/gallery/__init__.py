"""The gallery: all that was painted, and two of it compared."""
