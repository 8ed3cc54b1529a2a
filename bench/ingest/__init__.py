"""How fast orders of channels come in: from a webhook to an order that is reserved and routed."""
