"""Who may do what: API keys, scopes, and requests that must not be done twice."""
