"""The sandboxes of installed plugins, served: stores that are played, for whoever has no account anywhere."""
