"""The process that paints, what it is told and tells, and the queue before it."""
