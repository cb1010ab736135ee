"""Paints the sample paintings in assets/paintings; every style is a module with a `paint` function."""
