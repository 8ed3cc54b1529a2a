"""The Crossdock plugin SDK: all that a plugin may import, and nothing of the hub itself.

A plugin is a package with an entry point in the group `crossdock.plugins`. It says what it offers in the hook
`crossdock_providers`; a provider's verbs are called with a `Context` and a frozen, typed request:

    import crossdock

    class PigeonSettings(crossdock.Settings):
        loft: str

    @crossdock.hookimpl
    def crossdock_providers():
        return [crossdock.Provider("pigeon", kind="carrier", settings=PigeonSettings, factory=PigeonCarrier,
                                   capabilities={"rates", "labels", "tracking"})]

The names below are the promise; a plugin built for `API_VERSION` runs on every hub of the same major version
that is not older. Each kind has a module of its own: `crossdock.channel`, `.supplier`, `.carrier`,
`.routing`, `.address`; webhooks are in `.webhooks`, payouts in `.settlements`.
"""

from crossdock.address import Address as Address
from crossdock.address import AddressCheck as AddressCheck
from crossdock.address import AddressValidator as AddressValidator
from crossdock.address import AddressVerdict as AddressVerdict
from crossdock.capabilities import VERBS as VERBS
from crossdock.capabilities import broken_promises as broken_promises
from crossdock.carrier import Label as Label
from crossdock.carrier import LabelRequest as LabelRequest
from crossdock.carrier import LabelSource as LabelSource
from crossdock.carrier import ManifestDocument as ManifestDocument
from crossdock.carrier import ManifestRequest as ManifestRequest
from crossdock.carrier import ManifestSource as ManifestSource
from crossdock.carrier import PackageKind as PackageKind
from crossdock.carrier import Parcel as Parcel
from crossdock.carrier import Rate as Rate
from crossdock.carrier import RateEstimator as RateEstimator
from crossdock.carrier import RateRequest as RateRequest
from crossdock.carrier import RateSource as RateSource
from crossdock.carrier import ReturnLabelSource as ReturnLabelSource
from crossdock.carrier import Scan as Scan
from crossdock.carrier import ScanReceiver as ScanReceiver
from crossdock.carrier import Tracker as Tracker
from crossdock.carrier import TrackingStatus as TrackingStatus
from crossdock.carrier import VoidRequest as VoidRequest
from crossdock.carrier import VoidResult as VoidResult
from crossdock.channel import CancelOrder as CancelOrder
from crossdock.channel import ChannelStock as ChannelStock
from crossdock.channel import ListingData as ListingData
from crossdock.channel import ListingPage as ListingPage
from crossdock.channel import ListingSource as ListingSource
from crossdock.channel import OrderCanceller as OrderCanceller
from crossdock.channel import OrderPage as OrderPage
from crossdock.channel import OrderRefunder as OrderRefunder
from crossdock.channel import OrderSource as OrderSource
from crossdock.channel import RawOrder as RawOrder
from crossdock.channel import Receipt as Receipt
from crossdock.channel import RefundOrder as RefundOrder
from crossdock.channel import ReturnSource as ReturnSource
from crossdock.channel import ShipmentConfirmer as ShipmentConfirmer
from crossdock.channel import ShipmentNotice as ShipmentNotice
from crossdock.channel import StockAnswer as StockAnswer
from crossdock.channel import StockLevelUpdate as StockLevelUpdate
from crossdock.channel import StockPublisher as StockPublisher
from crossdock.check import Checker as Checker
from crossdock.check import Diagnosis as Diagnosis
from crossdock.context import Context as Context
from crossdock.context import Http as Http
from crossdock.context import Log as Log
from crossdock.context import Response as Response
from crossdock.documents import AdjustmentData as AdjustmentData
from crossdock.documents import CreditNoteData as CreditNoteData
from crossdock.documents import Document as Document
from crossdock.documents import StockChangeData as StockChangeData
from crossdock.documents import StockLine as StockLine
from crossdock.documents import StockReason as StockReason
from crossdock.errors import AuthExpired as AuthExpired
from crossdock.errors import BadData as BadData
from crossdock.errors import KeyNeeded as KeyNeeded
from crossdock.errors import NotSupported as NotSupported
from crossdock.errors import OutcomeUnknown as OutcomeUnknown
from crossdock.errors import Pending as Pending
from crossdock.errors import ProviderError as ProviderError
from crossdock.errors import RateLimited as RateLimited
from crossdock.errors import Rejected as Rejected
from crossdock.errors import Retryable as Retryable
from crossdock.errors import Untrusted as Untrusted
from crossdock.events import Event as Event
from crossdock.extensions import ComputedField as ComputedField
from crossdock.extensions import PeriodicJob as PeriodicJob
from crossdock.extensions import Route as Route
from crossdock.extensions import SchemaExtension as SchemaExtension
from crossdock.files import Batch as Batch
from crossdock.files import FileImport as FileImport
from crossdock.files import FileReread as FileReread
from crossdock.files import Imported as Imported
from crossdock.files import RejectedRow as RejectedRow
from crossdock.files import Sample as Sample
from crossdock.geo import Coordinates as Coordinates
from crossdock.geo import distance_km as distance_km
from crossdock.geo import locate as locate
from crossdock.hooks import PROJECT as PROJECT
from crossdock.hooks import hookimpl as hookimpl
from crossdock.hooks import hookspec as hookspec
from crossdock.install import Installer as Installer
from crossdock.journal import EntryDraft as EntryDraft
from crossdock.journal import Posting as Posting
from crossdock.limits import RateLimit as RateLimit
from crossdock.money import EXPONENTS as EXPONENTS
from crossdock.money import Money as Money
from crossdock.money import cumulative as cumulative
from crossdock.money import divide as divide
from crossdock.money import exponent as exponent
from crossdock.orders import CancellationData as CancellationData
from crossdock.orders import CancelRequestData as CancelRequestData
from crossdock.orders import CustomerData as CustomerData
from crossdock.orders import FeeData as FeeData
from crossdock.orders import Finding as Finding
from crossdock.orders import FindingKind as FindingKind
from crossdock.orders import FulfillmentData as FulfillmentData
from crossdock.orders import LineData as LineData
from crossdock.orders import LineKind as LineKind
from crossdock.orders import OrderData as OrderData
from crossdock.orders import OrderView as OrderView
from crossdock.orders import PaymentData as PaymentData
from crossdock.orders import PaymentState as PaymentState
from crossdock.orders import RefundData as RefundData
from crossdock.orders import TaxData as TaxData
from crossdock.payment import Captured as Captured
from crossdock.payment import CaptureRequest as CaptureRequest
from crossdock.payment import PaymentCapturer as PaymentCapturer
from crossdock.provider import API_VERSION as API_VERSION
from crossdock.provider import KINDS as KINDS
from crossdock.provider import Integration as Integration
from crossdock.provider import Kind as Kind
from crossdock.provider import Manifest as Manifest
from crossdock.provider import Provider as Provider
from crossdock.readdress import AddressGuard as AddressGuard
from crossdock.returns import ChannelReturn as ChannelReturn
from crossdock.returns import ChannelReturnState as ChannelReturnState
from crossdock.returns import PolicyVerdict as PolicyVerdict
from crossdock.returns import ReturnDecision as ReturnDecision
from crossdock.returns import ReturnedLine as ReturnedLine
from crossdock.returns import ReturnPage as ReturnPage
from crossdock.returns import ReturnRequest as ReturnRequest
from crossdock.risk import RiskAssessor as RiskAssessor
from crossdock.risk import RiskLevel as RiskLevel
from crossdock.risk import RiskSignal as RiskSignal
from crossdock.risk import RiskVerdict as RiskVerdict
from crossdock.routing import Assignment as Assignment
from crossdock.routing import Candidate as Candidate
from crossdock.routing import Considered as Considered
from crossdock.routing import Demand as Demand
from crossdock.routing import Exclusion as Exclusion
from crossdock.routing import LocationKind as LocationKind
from crossdock.routing import RoutingPlan as RoutingPlan
from crossdock.routing import RoutingProblem as RoutingProblem
from crossdock.routing import RoutingSignal as RoutingSignal
from crossdock.routing import RoutingStrategy as RoutingStrategy
from crossdock.routing import Shortage as Shortage
from crossdock.sandbox import Player as Player
from crossdock.sandbox import Stage as Stage
from crossdock.settings import SecretStr as SecretStr
from crossdock.settings import Settings as Settings
from crossdock.settlements import Settlement as Settlement
from crossdock.settlements import SettlementLine as SettlementLine
from crossdock.settlements import SettlementPage as SettlementPage
from crossdock.settlements import SettlementSource as SettlementSource
from crossdock.supplier import CancelTaker as CancelTaker
from crossdock.supplier import OfferSource as OfferSource
from crossdock.supplier import OrderTaker as OrderTaker
from crossdock.supplier import Quarantined as Quarantined
from crossdock.supplier import ReceiptData as ReceiptData
from crossdock.supplier import ReceiptSource as ReceiptSource
from crossdock.supplier import StockRow as StockRow
from crossdock.supplier import StockSnapshot as StockSnapshot
from crossdock.supplier import StockSource as StockSource
from crossdock.supplier import Submission as Submission
from crossdock.supplier import SupplierLine as SupplierLine
from crossdock.supplier import SupplierOfferData as SupplierOfferData
from crossdock.supplier import SupplierOrder as SupplierOrder
from crossdock.supplier import SupplierUpdate as SupplierUpdate
from crossdock.supplier import UpdatedLine as UpdatedLine
from crossdock.supplier import UpdateKind as UpdateKind
from crossdock.supplier import Updates as Updates
from crossdock.supplier import WorkReporter as WorkReporter
from crossdock.supplier import WorkState as WorkState
from crossdock.supplier import WorkStep as WorkStep
from crossdock.tokens import Token as Token
from crossdock.tokens import Tokens as Tokens
from crossdock.webhooks import About as About
from crossdock.webhooks import Notifications as Notifications
from crossdock.webhooks import NotificationSource as NotificationSource
from crossdock.webhooks import Subscription as Subscription
from crossdock.webhooks import WebhookEvent as WebhookEvent
from crossdock.webhooks import WebhookKeySource as WebhookKeySource
from crossdock.webhooks import WebhookReceiver as WebhookReceiver
from crossdock.webhooks import WebhookReply as WebhookReply
from crossdock.webhooks import WebhookRequest as WebhookRequest
from crossdock.webhooks import WebhookSubscriber as WebhookSubscriber
from crossdock.webhooks import same_signature as same_signature
from crossdock.windows import OrderWindow as OrderWindow
