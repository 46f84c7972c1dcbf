"""What prices follow from: market tables, rule sets and rate cards, each dated, each in revisions."""
