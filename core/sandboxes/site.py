"""All stores as one web site: a page that lists them, the same for programs, and each store under its name."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from core.sandboxes.stores import Store
from crossdock import Sandbox, Ware
from crossdock.sandbox.page import document


def site(stores: Sequence[Store], wares: Sequence[Ware], *, run: int) -> Starlette:
    """The ASGI app. `run` changes with every start, so that whoever knows a store learns that it forgot everything."""
    page = document("Sandboxes", _index(stores))
    said: dict[str, Any] = {
        "run": run,
        "stores": [
            {"name": each.name, "plugin": each.plugin, "url": each.url, "settings": dict(each.settings)}
            for each in stores
        ],
        "wares": [{"sku": each.sku, "minor": each.price.minor, "currency": each.price.currency} for each in wares],
    }

    async def index(_request: Request) -> Response:
        return HTMLResponse(page)

    async def listing(_request: Request) -> Response:
        return JSONResponse(said)

    mounts = [Mount(f"/{each.name}", app=each.app) for each in stores]
    return Starlette(routes=[Route("/", index), Route("/stores.json", listing), *mounts])


def _index(stores: Sequence[Store]) -> str:
    return (
        "<p>Each of these plays a system that the hub talks to over HTTP. Nothing here is real, nothing leaves this "
        "machine, and what happened is forgotten when it stops.</p>"
        + ("".join(_section(each) for each in stores) or "<p>No plugin that is installed has a sandbox to serve.</p>")
        + "<p><small><a href=stores.json>stores.json</a> says the same to programs.</small></p>"
    )


def _section(store: Store) -> str:
    config = ", ".join(f"{name}: {json.dumps(value)}" for name, value in store.settings.items())
    call = f'mutation {{\n  integrationCreate(plugin: "{store.plugin}", key: "{store.name}", config: {{{config}}})\n'
    call += "    { integration { key health } userErrors { message } }\n}"
    settings = "\n".join(f"{name} = {json.dumps(value)}" for name, value in store.settings.items())
    return (
        f"<h2>{_link(store)}</h2>"
        f"<p>It answers at <code>{escape(store.url)}</code> whoever has these settings:</p>"
        f"<pre>plugin = {escape(json.dumps(store.plugin))}\n{escape(settings)}</pre>"
        "<p>With its sample the hub makes an integration of them by itself; else this does, sent "
        f"to its GraphQL API:</p><pre>{escape(call)}</pre>"
    )


def _link(store: Store) -> str:
    """To its page, where it has one."""
    name = escape(store.name)
    return f'<a href="{name}/">{name}</a>' if isinstance(store.app, Sandbox) else name
