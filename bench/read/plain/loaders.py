"""DataLoaders over the ORM: rows by their key, and rows by the key of what they belong to."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from anyio import to_thread
from sqlalchemy import Engine, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from strawberry.dataloader import DataLoader


class Loaders:
    """Those of one request. Each reads on a worker thread, in a session of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[Any, DataLoader[int, Any]] = {}

    def one(self, model: Any) -> DataLoader[int, Any]:
        """Rows of a model by id."""
        if (known := self._known.get(model)) is None:

            async def load(ids: list[int]) -> list[Any]:
                rows = {row.id: row for row in await self.rows(select(model).where(model.id.in_(ids)))}
                return [rows.get(number) for number in ids]

            known = self._known[model] = DataLoader(load)
        return known

    def many(self, key: InstrumentedAttribute[Any], order_by: Any) -> DataLoader[int, list[Any]]:
        """Rows by a foreign key, in order."""
        if (known := self._known.get(key)) is None:

            async def load(ids: list[int]) -> list[Any]:
                found = defaultdict[int, list[Any]](list)
                for row in await self.rows(select(key.class_).where(key.in_(ids)).order_by(order_by)):
                    found[getattr(row, key.key)].append(row)
                return [found[number] for number in ids]

            known = self._known[key] = DataLoader(load)
        return known

    async def rows(self, query: Any) -> Sequence[Any]:
        """Objects of one SELECT."""

        def read() -> Sequence[Any]:
            with Session(self._engine) as session:
                return session.scalars(query).all()

        return await to_thread.run_sync(read)
