"""What is sold, and where: items, bundles, channels and their listings."""
