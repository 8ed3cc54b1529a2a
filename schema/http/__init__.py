"""GraphQL over HTTP, over WebSocket and over server-sent events."""
