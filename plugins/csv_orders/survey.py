"""The first look through a file: it proves that the file is whole, and finds documents whose rows are not together."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from crossdock import BadData
from plugins.csv_orders.source import Source

_BITS = 27
_MOST_SCATTERED = 500_000
PROGRESS_ROWS = 100_000


@dataclass(slots=True)
class Survey:
    """What was found. `scattered`: document to the number of its last row, of those that come back later.

    A set of every document would grow with the file. A bitmap of 16 MB takes its place: a document whose bit was
    set already may have been there, and is noted with its last row. Noting one wrongly does no harm.
    """

    rows: int = 0
    scattered: dict[str, int] = field(default_factory=dict)


def survey(source: Source, into: Survey) -> Iterator[int]:
    """Read to the end, filling `into`; yields the bytes read now and then. Raises BadData."""
    rows = source.rows()
    document, width = source.header(rows)["document"], source.width
    seen, mask, scattered = bytearray(1 << (_BITS - 3)), (1 << _BITS) - 1, into.scattered
    current, number = None, 0
    for row in rows:
        if not row:
            continue
        number += 1
        if number % PROGRESS_ROWS == 0:
            yield source.position
        # The second look leaves ragged rows out of their documents, so that they must not count here either.
        if len(row) != width or (key := row[document]) == current:
            continue
        if current in scattered:
            scattered[current] = number - 1
        current = key
        place = hash(key) & mask
        if seen[place >> 3] >> (place & 7) & 1:
            scattered[key] = number
            if len(scattered) > _MOST_SCATTERED:
                raise BadData(
                    f"{source.path.name}, line {source.line}: the rows of too many documents lie scattered. "
                    f"Sort the file by {source.mapping.columns.document}.",
                    where=source.path.name,
                )
        else:
            seen[place >> 3] |= 1 << (place & 7)
    if current in scattered:
        scattered[current] = number
    into.rows = number
