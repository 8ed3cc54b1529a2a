"""What the Selling Partner API says, typed as far as it is read here. What is not read may be anything."""
