"""The left column: pictures, settings, and setting them back to a painting's."""
