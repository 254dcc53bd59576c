"""Handlers merged into few functions of plain Python, which the SimPy engine runs unless told otherwise.

A call costs Python as much as a helper's own work, and helpers look up again what their caller has at hand.
So the functions that a message runs through on its way are written out where they are called, from their one
source: a parameter becomes the argument, a local variable gets a name of its own, and an entity that was
looked up once is not looked up again. Nothing is computed in another order or in another way.

This relies on what handlers may be (CONTRIBUTING, "Identity rules"): no exceptions, closures or containers;
entities keep their places in their pools; `w` is the world and `now` the time of the event everywhere.
"""
