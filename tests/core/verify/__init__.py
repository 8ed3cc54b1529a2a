"""Tests of `crossdock verify`."""
