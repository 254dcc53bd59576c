"""Closed forms against which the model is checked; nothing here is used by the simulation itself."""
