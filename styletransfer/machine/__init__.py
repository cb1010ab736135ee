"""What this machine can do: memory, threads, speed, and what a painting will cost on it."""
