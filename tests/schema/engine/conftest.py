"""A database with the shop in it, and an engine over the shop's own schema."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import anyio
import orjson
import pytest
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from core.db import connect
from schema.build import build_engine
from schema.context import Context, Viewer
from schema.engine.database import Database, opened
from schema.engine.engine import Engine, Response
from tests import database
from tests.schema.engine.shop import Base, ChannelRow, LabelRow, LineRow, OrderLabelRow, OrderRow, Status, calls, shop

EVERYBODY = Viewer(name="tests", scopes=frozenset({"orders:read", "orders:write"}))
NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


def _rows() -> Iterator[Any]:
    yield ChannelRow(id=1, key="shop", name="The Shop", secret=False)
    yield ChannelRow(id=2, key="market", name="Märkt 市場 “quoted” \\ \u2028 😀", secret=False)
    yield ChannelRow(id=3, key="hidden", name="Hidden", secret=True)
    for number in range(1, 13):
        yield OrderRow(
            id=number,
            number=f"N{number}",
            status=Status.OPEN if number % 3 else Status.DONE,
            channel_id=1 + number % 2 if number < 12 else 3,
            original_id=number - 1 if number in {3, 4} else None,
            total_minor=[999, 1200, 12345, -5, 0][number % 5] if number != 9 else 9_007_199_254_740_993,
            paid_minor=None if number % 4 == 0 else number * 100,
            currency=["EUR", "JPY", "KWD"][number % 3],
            placed_at=NOON + timedelta(hours=number // 2, microseconds=120_000 * (number % 3)),
            ship_by=None if number % 3 == 0 else datetime(2026, 2, number % 5 + 1, tzinfo=UTC),
            day=date(2026, 2, number) if number % 2 else None,
            rate=Decimal("0.1250") if number % 2 else None,
            huge=2**31 if number == 5 else number,
            note=None if number == 6 else f"tea & <b>“{number}”</b>\n\t\x01",
            city="Zürich",
            country="CH" if number % 2 else None,
            address={"name": "Ann", "postal_code": "8001", "city": "Zürich"} if number != 4 else None,
            tax_lines=[
                {"label": "VAT", "rate": "0.20", "amount_minor": 250, "currency": "EUR", "channel_id": 2},
                {"label": "Duty", "rate": None},
            ]
            if number % 2
            else [],
            tags=["a", 'b"c'] if number % 2 else [],
            extra={"deep": {"n": [1, 2.5, None, True, "ü"]}} if number % 2 else {},
        )


def _more() -> Iterator[Any]:
    for number in range(1, 13):
        for position in range(1, number % 5 + 1):
            yield LineRow(
                id=number * 100 + position,
                order_id=number,
                position=position,
                sku=f"SKU-{position}",
                quantity=position,
                price_minor=position * 333,
                currency="EUR",
            )
    yield from (LabelRow(id=number, word=word) for number, word in enumerate(("blue", "amber", "cyan"), start=1))


def _links() -> Iterator[Any]:
    for order, label in ((1, 1), (1, 2), (2, 3)):
        yield OrderLabelRow(order_id=order, label_id=label)


def fill_shop(url: str) -> None:
    """Make the shop's tables and rows in an empty database."""
    engine = connect(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for rows in (_rows(), _more(), _links()):
            session.add_all(rows)
            session.flush()
        session.commit()
    engine.dispose()


@pytest.fixture(scope="module")
def shop_url(server_url: str, worker_id: str) -> Iterator[str]:
    name = f"shop_{worker_id}"
    url = database.create(server_url, name)
    fill_shop(url)
    yield url
    database.drop(server_url, name)


@pytest.fixture(scope="session")
def reader() -> Engine:
    return build_engine(shop)


@dataclass
class Asked:
    """Asks the engine, and knows the statements that it took."""

    engine: Engine
    database: Database
    statements: list[str] = field(default_factory=list)

    async def __call__(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = EVERYBODY,
        operation: str | None = None,
    ) -> Any:
        response = await self.response(query, variables, viewer=viewer, operation=operation)
        body = orjson.loads(orjson.dumps(response.body()))
        body.pop("extensions", None)
        return body

    async def response(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = EVERYBODY,
        operation: str | None = None,
    ) -> Response:
        self.statements.clear()
        calls.clear()
        return await self.engine.execute(query, self.context(viewer), variables=variables, operation_name=operation)

    def context(self, viewer: Viewer = EVERYBODY) -> Context:
        return Context(viewer=viewer, database=self.database, threads=anyio.CapacityLimiter(4), request_id="req_test")


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What was logged, instead of printing it."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def ask(shop_url: str, reader: Engine) -> AsyncIterator[Asked]:
    async with opened(shop_url, size=3) as pool:
        asked = Asked(reader, pool)
        pool.watchers.append(asked.statements.append)
        yield asked
