"""Figures drawn from result tables; each returns its Axes and neither shows nor saves anything."""
