"""What integrations share among processes: buckets, circuits, tokens."""
