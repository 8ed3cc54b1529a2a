"""Stock as people and locations tell it: adjustments, counts, snapshots, transfers, safety stock; and what follows."""

from core.flows.stock.adjust import Adjustment as Adjustment
from core.flows.stock.adjust import adjust as adjust
from core.flows.stock.backorders import promote as promote
from core.flows.stock.snapshot import Figure as Figure
from core.flows.stock.snapshot import snapshot as snapshot
from core.flows.stock.transfer import set_safety as set_safety
from core.flows.stock.transfer import transfer as transfer
