"""Every table of the hub, so that relations between domains resolve and migrations see them all."""

from core.access import models as access
from core.cases import models as cases
from core.catalog import models as catalog
from core.customers import models as customers
from core.db import Base
from core.events import models as events
from core.exports import models as exports
from core.external import models as external
from core.fulfillment import models as fulfillment
from core.helpdesk import models as helpdesk
from core.inbox import models as inbox
from core.integrations import models as integrations
from core.jobs import models as jobs
from core.kpis import models as kpis
from core.ledgers import models as ledgers
from core.notifications import models as notifications
from core.orders import models as orders
from core.purchasing import models as purchasing
from core.replenishment import models as replenishment
from core.returns import models as returns
from core.settings import models as settings
from core.settlements import models as settlements
from core.shipments import manifests
from core.shipments import models as shipments
from core.stock import models as stock

metadata = Base.metadata

__all__ = [
    "access",
    "cases",
    "catalog",
    "customers",
    "events",
    "exports",
    "external",
    "fulfillment",
    "helpdesk",
    "inbox",
    "integrations",
    "jobs",
    "kpis",
    "ledgers",
    "manifests",
    "metadata",
    "notifications",
    "orders",
    "purchasing",
    "replenishment",
    "returns",
    "settings",
    "settlements",
    "shipments",
    "stock",
]
