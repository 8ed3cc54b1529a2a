"""The demo's orders travel the whole way by themselves."""

from sqlalchemy import select

from core.config import Config
from core.flows.feed import feed
from core.flows.import_files import import_orders
from core.flows.reported_work import ask
from core.hub import Hub, open_hub
from core.integrations.mirror import mirror
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.orders.states import FulfillmentStatus
from core.verify import run

PLUGINS = """
[integrations.routing]
plugin = "routing"

[integrations.warehouse]
plugin = "warehouse"
autopilot = true
pause_seconds = 0

[integrations.post]
plugin = "table_rate"
table = "uk-post"

[integrations.files]
plugin = "csv_orders"
"""


def a_demo(config: Config, database_url: str) -> Hub:
    config.plugins_file.write_text(PLUGINS, encoding="utf-8")
    hub = open_hub(config, database_url)
    with hub.transaction() as session:
        mirror(session, hub.registry)
    return hub


def test_an_order_of_the_feed_is_promised_shipped_and_booked(config: Config, database_url: str) -> None:
    hub = a_demo(config, database_url)
    sample = hub.provider("files", "channel").sample()
    import_orders(hub, sample.path, "uk-shop", sample.mapping)
    run_jobs(hub)

    for _ in range(2):
        feed(hub)
    run_jobs(hub)
    for _step in ("pick", "pack", "label", "hand over"):
        ask(hub)
        run_jobs(hub)

    with hub.transaction() as session:
        fed = session.scalars(select(Order).where(Order.external_id.like("live-%")).order_by(Order.id)).all()
    assert [order.external_number for order in fed] == ["L00001", "L00002"]
    assert {order.fulfillment_status for order in fed} <= {FulfillmentStatus.FULFILLED, FulfillmentStatus.IN_TRANSIT}
    assert run(hub.engine) == []
    hub.close()


def test_nothing_is_fed_before_the_sample_was_loaded(config: Config, database_url: str) -> None:
    hub = a_demo(config, database_url)

    feed(hub)

    with hub.transaction() as session:
        assert session.scalars(select(Order)).all() == []
    hub.close()
