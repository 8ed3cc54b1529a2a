"""Whole files of orders: see `import_orders`."""

from core.flows.import_files.report import Counts as Counts
from core.flows.import_files.report import Progress as Progress
from core.flows.import_files.report import Report as Report
from core.flows.import_files.run import import_orders as import_orders
