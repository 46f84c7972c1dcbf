"""Templates, numbers and WABAs: what was announced of them, and how they are."""
