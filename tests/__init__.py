"""Tests by kind, and the cases they share."""
