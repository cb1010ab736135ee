"""How films are painted unless something else is asked for. Knows nothing of torch."""

SIZE = 480
"""Long side in pixels."""
EPOCHS = 8
"""Of each frame that is held to the last one."""
TEMPORAL_WEIGHT = 30.0
"""How much a frame is held to the last one. With more it is calmer and its manner a little less the painting's."""
