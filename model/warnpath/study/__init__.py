"""Studies: many runs of one scenario or of its variants, in this process or in several."""
