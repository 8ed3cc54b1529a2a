"""The words of returns, as the core has them."""

import strawberry

from core.origin import Origin as Origin
from core.returns.models import Disposition as Disposition
from core.returns.models import RefundState as RefundState
from core.returns.models import ReturnReason as ReturnReason
from core.returns.models import ReturnResolution as ReturnResolution
from core.returns.models import ReturnState as ReturnState

strawberry.enum(Disposition)
strawberry.enum(Origin, description="Where a fact came from. What the hub did not do itself, it never confirms back.")
strawberry.enum(RefundState)
strawberry.enum(ReturnReason)
strawberry.enum(ReturnResolution)
strawberry.enum(ReturnState)
