"""The server: its start and end, and what it answers beside the page."""
