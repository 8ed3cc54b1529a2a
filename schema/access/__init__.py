"""Who asks: the viewer, and API keys."""
