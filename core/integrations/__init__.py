"""Plugins as found, and their configured uses: settings, health, cursors and sync runs."""
