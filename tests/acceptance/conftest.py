"""The API, for the cases that a serious hub must get right."""

from tests.api import api as api
from tests.api import product_engine as product_engine
