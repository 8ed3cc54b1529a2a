"""What shoppers are told: words for each event, and one row for each message."""
