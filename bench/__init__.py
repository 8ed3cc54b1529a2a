"""Measurements of the hub on real work. Each is a folder with a `run.py`."""
