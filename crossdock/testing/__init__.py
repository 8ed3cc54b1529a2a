"""Contract suites: inherit one, and pytest proves that a provider keeps the promises of its kind.

    from crossdock.testing import CarrierContract

    class TestPigeon(CarrierContract):
        provider = "pigeon"
        settings = {"loft": "north"}

The provider is found as the hub would find it: by entry point. Needs pytest.
"""

from crossdock.testing.carrier import CarrierContract as CarrierContract
from crossdock.testing.channel_files import ChannelFileContract as ChannelFileContract
from crossdock.testing.context import Lines as Lines
from crossdock.testing.context import a_context as a_context
from crossdock.testing.contract import Contract as Contract
from crossdock.testing.isolation import no_network as no_network
from crossdock.testing.routing import RoutingContract as RoutingContract
from crossdock.testing.supplier import SupplierContract as SupplierContract
