"""Closed forms, each knowing which scenarios it fits."""
