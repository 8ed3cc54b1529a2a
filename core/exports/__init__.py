"""The books as other books have them: which days went out, as what, and what is still to go."""
