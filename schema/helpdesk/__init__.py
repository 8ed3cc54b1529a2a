"""The helpdesk: everything about a shopper in one call, and tickets linked to orders."""
