"""Many pictures: what is to be painted, what is there already, and who paints the rest, here or on a Ray cluster."""
