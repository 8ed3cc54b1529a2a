"""Work to be done: enqueued by the transaction that makes it necessary, carried by the broker, kept in PostgreSQL."""
