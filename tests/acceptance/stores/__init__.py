"""The cases again, with the stores of three real channels played: their protocols, their words, their refusals."""
