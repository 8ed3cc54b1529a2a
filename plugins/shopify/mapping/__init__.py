"""From the API's words to the hub's, and back. Pure."""
