"""What a person must decide: facts from outside that do not fit, promises about to break."""
