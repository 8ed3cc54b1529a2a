"""The hub itself: domains, flows, jobs and plugin loading. Plain synchronous Python."""
