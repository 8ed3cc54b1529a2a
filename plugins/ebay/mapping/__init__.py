"""From eBay's words to the hub's: pure, one file for each noun."""
