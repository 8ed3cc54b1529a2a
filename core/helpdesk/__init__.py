"""The helpdesk: which ticket is about which order."""
