"""The HTTP face over the test shop, set up as a test asks."""

from tests.schema.engine.conftest import logged as logged
from tests.schema.engine.conftest import reader as reader
from tests.schema.engine.conftest import shop_url as shop_url
