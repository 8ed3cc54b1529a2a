"""The yardstick: the same types as a plain Strawberry server over the ORM, with DataLoaders, as one would write it."""
