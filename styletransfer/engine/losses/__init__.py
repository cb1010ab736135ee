"""The terms of the objective, each with its formula and its source."""
