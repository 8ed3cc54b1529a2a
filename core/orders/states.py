"""The words of an order's life. Statuses are derived by `core/orders/status.py`, never set by hand."""

import enum


class OrderStatus(enum.StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"


class PaymentStatus(enum.StrEnum):
    UNPAID = "UNPAID"
    AUTHORIZED = "AUTHORIZED"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"
    DISPUTED = "DISPUTED"


class FulfillmentStatus(enum.StrEnum):
    UNFULFILLED = "UNFULFILLED"
    BACKORDERED = "BACKORDERED"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    FULFILLED = "FULFILLED"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    EXCEPTION = "EXCEPTION"


class ReturnStatus(enum.StrEnum):
    NONE = "NONE"
    REQUESTED = "REQUESTED"
    IN_PROGRESS = "IN_PROGRESS"
    RETURNED = "RETURNED"


class CancelReason(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    FRAUD = "FRAUD"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    ADDRESS = "ADDRESS"
    PAYMENT = "PAYMENT"
    DUPLICATE = "DUPLICATE"
    OTHER = "OTHER"


class HoldKind(enum.StrEnum):
    PAYMENT = "PAYMENT"
    FRAUD = "FRAUD"
    ADDRESS = "ADDRESS"
    STOCK = "STOCK"
    SKU_UNMAPPED = "SKU_UNMAPPED"
    APPROVAL = "APPROVAL"
    CREDIT = "CREDIT"
    MANUAL = "MANUAL"
    OTHER = "OTHER"


class PaymentState(enum.StrEnum):
    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    FAILED = "FAILED"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"
    DISPUTED = "DISPUTED"


class RiskLevel(enum.StrEnum):
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
