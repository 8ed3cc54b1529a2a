"""Amazon, played: an ASGI app with an account of its own, its queue, its feeds and a page to place orders by hand."""

from plugins.amazon.sandbox.app import make_sandbox as make_sandbox
from plugins.amazon.sandbox.store import Store as Store
