"""The other side, played: for tests, demos and whoever has no account with it.

A `Provider.sandbox` is one of two things. `sandbox(integration)` makes a `Player`, which has no HTTP. `sandbox(
integration, stage)` makes an ASGI app, which is served at `stage.url`: a provider whose sandbox is an app has a
setting `url` for the address of the other side, whose default is the real one.

`Sandbox` is such an app with a page for people, which shows what the store of a `Desk` sells and sold.
"""

from crossdock.sandbox.app import Sandbox as Sandbox
from crossdock.sandbox.desk import Desk as Desk
from crossdock.sandbox.desk import Sale as Sale
from crossdock.sandbox.stage import Player as Player
from crossdock.sandbox.stage import Send as Send
from crossdock.sandbox.stage import Stage as Stage
from crossdock.sandbox.stage import Ware as Ware
