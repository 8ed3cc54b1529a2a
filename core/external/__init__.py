"""Acts asked of remote systems: intent, call, outcome."""
