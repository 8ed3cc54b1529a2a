"""Between Amazon's words and the hub's: pure, without a network and without a clock."""
