"""The bundled plugins. Each is found, enabled and tested as one from elsewhere would be."""
