"""Variations of a painting in a grid."""
