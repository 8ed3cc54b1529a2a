"""How fast orders are taken in, promised, routed and booked, over HTTP."""
