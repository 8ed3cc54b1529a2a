"""What the Admin API answers, typed: only what is used of it, and refused where it is not what it should be."""
