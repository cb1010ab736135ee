"""A film on the stage: its frames as they are painted, and then the film."""
