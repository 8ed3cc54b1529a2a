"""Which verbs each capability promises: a provider that claims one and lacks a verb is refused at start."""

from collections.abc import Iterable
from typing import Any

from crossdock import (
    accounting,
    address,
    carrier,
    channel,
    check,
    files,
    forecast,
    helpdesk,
    install,
    notifier,
    payment,
    quotes,
    readdress,
    risk,
    routing,
    settlements,
    supplier,
    webhooks,
)
from crossdock.provider import Kind

_ANY: dict[str, Any] = {"check": check.Checker, "install": install.Installer}

VERBS: dict[Kind, dict[str, Any]] = {
    "channel": {
        "orders": channel.OrderSource,
        "webhooks": webhooks.WebhookReceiver,
        "webhook_keys": webhooks.WebhookKeySource,
        "subscriptions": webhooks.WebhookSubscriber,
        "notifications": webhooks.NotificationSource,
        "stock": channel.StockPublisher,
        "shipments": channel.ShipmentConfirmer,
        "cancel": channel.OrderCanceller,
        "refund": channel.OrderRefunder,
        "returns": channel.ReturnSource,
        "settlements": settlements.SettlementSource,
        "listings": channel.ListingSource,
        "files": files.FileImport,
        "reread": files.FileReread,
        "addresses": readdress.AddressGuard,
        **_ANY,
    },
    "supplier": {
        "orders": supplier.OrderTaker,
        "cancel": supplier.CancelTaker,
        "stock": supplier.StockSource,
        "offers": supplier.OfferSource,
        "receipts": supplier.ReceiptSource,
        "work": supplier.WorkReporter,
        "quotes": quotes.QuoteSource,
        **_ANY,
    },
    "carrier": {
        "rates": carrier.RateSource,
        "estimates": carrier.RateEstimator,
        "labels": carrier.LabelSource,
        "tracking": carrier.Tracker,
        "webhooks": carrier.ScanReceiver,
        "return_labels": carrier.ReturnLabelSource,
        "manifests": carrier.ManifestSource,
        **_ANY,
    },
    "address": {"validate": address.AddressValidator, **_ANY},
    "routing": {"plan": routing.RoutingStrategy},
    "helpdesk": {
        "webhooks": helpdesk.TicketReceiver,
        "tickets": helpdesk.TicketSource,
        "links": helpdesk.TicketLinker,
        "notes": helpdesk.NoteWriter,
        **_ANY,
    },
    "payment": {
        "capture": payment.PaymentCapturer,
        "refund": payment.PaymentRefunder,
        "status": payment.PaymentWatcher,
        **_ANY,
    },
    "notifier": {
        "email": notifier.MessageSender,
        "sms": notifier.MessageSender,
        "push": notifier.MessageSender,
        **_ANY,
    },
    "risk": {"assess": risk.RiskAssessor, "outcomes": risk.RiskLearner, **_ANY},
    "accounting": {"export": accounting.JournalExporter, **_ANY},
    "forecast": {"predict": forecast.Forecaster},
}
"""Kind to capability to the Protocol of its verbs. Kinds that are not here take any capability."""


def broken_promises(kind: Kind, capabilities: Iterable[str], provider: object) -> list[str]:
    """Sentences about capabilities that nobody knows or whose verbs the provider lacks."""
    known = VERBS.get(kind)
    if known is None:
        return []
    broken = []
    for capability in sorted(capabilities):
        protocol = known.get(capability)
        if protocol is None:
            broken.append(f"No {kind} has a capability {capability!r}; it may be one of {', '.join(sorted(known))}.")
        elif missing := [verb for verb in _verbs(protocol) if not callable(getattr(provider, verb, None))]:
            broken.append(f"Capability {capability!r} promises {', '.join(missing)}, which the provider lacks.")
    return broken


def _verbs(protocol: type) -> list[str]:
    return sorted(name for name in vars(protocol) if not name.startswith("_"))
