"""Benchmarks against the notebook's own loop; run them as modules from the project's folder."""
