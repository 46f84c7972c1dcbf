"""The cost report in words, figures and charts."""
