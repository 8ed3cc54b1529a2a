"""What comes back: returns, inspection and refunds."""
