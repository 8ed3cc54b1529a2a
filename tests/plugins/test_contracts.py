"""Every bundled plugin keeps the promises of its kind, as one from elsewhere would have to."""

from crossdock.testing import (
    CarrierContract,
    ChannelFileContract,
    ReturnLabelContract,
    RoutingContract,
    SupplierContract,
)


class TestPriority(RoutingContract):
    provider = "priority"


class TestNearest(RoutingContract):
    provider = "nearest"


class TestLowestCost(RoutingContract):
    provider = "lowest_cost"


class TestFastest(RoutingContract):
    provider = "fastest"


class TestFewestSplits(RoutingContract):
    provider = "fewest_splits"


class TestTableRate(CarrierContract):
    provider = "table_rate"


class TestTableRateReturns(ReturnLabelContract):
    provider = "table_rate"


class TestFolderSupplier(SupplierContract):
    provider = "folder_supplier"


class TestWarehouse(SupplierContract):
    provider = "warehouse"


class TestCsvOrders(ChannelFileContract):
    provider = "csv_orders"
