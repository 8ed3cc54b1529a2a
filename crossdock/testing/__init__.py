"""Contract suites: inherit one, and pytest proves that a provider keeps the promises of its kind.

    from crossdock.testing import CarrierContract

    class TestPigeon(CarrierContract):
        provider = "pigeon"
        settings = {"loft": "north"}

The provider is found as the hub would find it: by entry point. Needs pytest.
"""

from crossdock.testing.accounting import AccountingContract as AccountingContract
from crossdock.testing.address import AddressContract as AddressContract
from crossdock.testing.addresses import AddressGuardContract as AddressGuardContract
from crossdock.testing.carrier import CarrierContract as CarrierContract
from crossdock.testing.channel import ChannelContract as ChannelContract
from crossdock.testing.channel_files import ChannelFileContract as ChannelFileContract
from crossdock.testing.context import Lines as Lines
from crossdock.testing.context import Purse as Purse
from crossdock.testing.context import a_context as a_context
from crossdock.testing.contract import Contract as Contract
from crossdock.testing.exchange import FileSupplierContract as FileSupplierContract
from crossdock.testing.exchange import Tray as Tray
from crossdock.testing.faults import Asgi as Asgi
from crossdock.testing.faults import Fault as Fault
from crossdock.testing.faults import Faults as Faults
from crossdock.testing.faults import unruly as unruly
from crossdock.testing.forecast import ForecastContract as ForecastContract
from crossdock.testing.helpdesk import HelpdeskContract as HelpdeskContract
from crossdock.testing.isolation import no_network as no_network
from crossdock.testing.notifier import NotifierContract as NotifierContract
from crossdock.testing.over_http import RemoteCarrierContract as RemoteCarrierContract
from crossdock.testing.over_http import RemoteSupplierContract as RemoteSupplierContract
from crossdock.testing.payment import PaymentContract as PaymentContract
from crossdock.testing.remote import RemoteContract as RemoteContract
from crossdock.testing.return_labels import ReturnLabelContract as ReturnLabelContract
from crossdock.testing.risk import RiskContract as RiskContract
from crossdock.testing.routing import RoutingContract as RoutingContract
from crossdock.testing.supplier import SupplierContract as SupplierContract
from crossdock.testing.supplier_news import SupplierNewsContract as SupplierNewsContract
from crossdock.testing.wire import Wire as Wire
from crossdock.testing.world import World as World
