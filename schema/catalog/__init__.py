"""Items, bundles, channels and listings."""
