"""Changes of submissions: erasure and health checks."""
