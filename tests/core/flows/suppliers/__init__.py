"""News of suppliers and 3PLs that come by themselves."""
