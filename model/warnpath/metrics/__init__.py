"""Pure functions on result tables: intervals, summaries, budgets, shares, cost of failures."""
