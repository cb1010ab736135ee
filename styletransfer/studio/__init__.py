"""The studio: a local page that paints, and the machinery behind it. Imports nothing heavy."""
