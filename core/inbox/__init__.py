"""What remote systems sent, kept as it came."""
