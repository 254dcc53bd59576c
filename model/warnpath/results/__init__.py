"""The result tables: their columns, how they are built and checked, and how they are stored."""
