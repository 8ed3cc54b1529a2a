"""Amazon's plugin: against its sandbox, and both against the published descriptions."""
