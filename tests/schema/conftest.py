"""The API, for tests of what it offers."""

from tests.api import api as api
from tests.api import product_engine as product_engine
