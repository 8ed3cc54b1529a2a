"""The books: accounts, journal, trial balance and profit."""
