"""The algorithm: targets, losses and optimizers over the features of a network. Knows no page and prints nothing."""
