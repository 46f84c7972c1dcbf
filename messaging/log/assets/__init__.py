"""Templates, numbers and WABAs: their announced changes and their present state."""
