"""The region editor on the stage."""
