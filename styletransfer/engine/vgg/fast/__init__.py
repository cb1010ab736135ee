"""The network's layers as they are fast and small in memory, forward and backward."""
