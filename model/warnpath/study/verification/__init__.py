"""The model against closed forms: which fit a scenario, what they say, and what the simulation says.

A case is an ordinary scenario file. A closed form looks at what a scenario has and either says why it does
not fit, or states quantities with their exact values and how to measure them. Nothing in a case file is for
verification only, so a user can open one, change it, and check a case of their own.
"""
