"""What the logs beside that of messages have in common: merging, filters, list, REST, exports, erasure, retention."""
