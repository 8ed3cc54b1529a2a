"""eBay, played: the APIs that the plugin uses, on one seller's account that keeps what is done to it.

    sandbox = make_sandbox(integration, stage)     # an ASGI app
    order_id = sandbox.store.place_order()         # and what shoppers do

It refuses what eBay's descriptions refuse, signs its notifications, and has a page at / with buttons.
"""

from crossdock import Integration, Stage
from plugins.ebay.sandbox.app import EbaySandbox
from plugins.ebay.settings import EbaySettings


def make_sandbox(integration: Integration[EbaySettings], stage: Stage) -> EbaySandbox:
    """The account of an integration. The same seed gives the same catalogue."""
    return EbaySandbox(integration.settings, stage)
