"""warnpath: end-to-end warning latency and network resilience, simulated."""

__version__ = "0.1.0"
