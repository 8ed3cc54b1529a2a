"""Types of returns and refunds."""

from schema.returns.types.line import LineDisposition as LineDisposition
from schema.returns.types.line import ReturnLine as ReturnLine
from schema.returns.types.refund import Refund as Refund
from schema.returns.types.refund import RefundLine as RefundLine
from schema.returns.types.refund import RefundPayment as RefundPayment
from schema.returns.types.refund import RefundPreview as RefundPreview
from schema.returns.types.request import Return as Return
