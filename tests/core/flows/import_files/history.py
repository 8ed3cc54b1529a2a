"""A file of history, and what a hub has of it."""

import csv
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.flows import inbox
from core.flows.import_files import Report, import_orders
from core.hub import Hub
from core.jobs.run import run_jobs

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


ROWS = [
    "1,10A,MUG,6,2010-12-01 08:26:00,2.50,17,United Kingdom",
    "1,10A,MUG,6,2010-12-01 08:26:00,2.50,17,United Kingdom",  # a real duplicate
    "1,POST,POSTAGE,1,2010-12-01 08:26:00,4.00,17,United Kingdom",
    "2,10B,BOWL,2,2010-12-01 09:00:00,5.005,,France",
    "3,10B,damaged,-1,2010-12-01 10:00:00,0,,United Kingdom",
    "C4,10A,MUG,-8,2010-12-01 11:00:00,2.50,17,United Kingdom",
    "C5,10B,BOWL,-1,2010-12-01 11:30:00,5.00,99,United Kingdom",  # no such sale
    "6,10A,MUG,8,2010-12-01 12:00:00,2.50,17,United Kingdom",
    "7,10A,MUG,lots,2010-12-01 13:00:00,2.50,17,United Kingdom",  # makes no sense
]


def a_file(folder: Path, rows: list[str], name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def bring(files: Hub, path: Path, opening_stock: Literal["auto", "none"] = "auto") -> Report:
    return import_orders(files, path, "uk-shop", "online-retail", opening_stock=opening_stock)


def rejects_of(report: Report) -> list[dict[str, str]]:
    assert report.rejects is not None
    with report.rejects.open(newline="") as file:
        return list(csv.DictReader(file))


def on_hand(session: Session) -> dict[str, int]:
    session.commit()
    found = session.execute(text("select sku, on_hand from stock_levels l join items on items.id = item_id order by 1"))
    return {row.sku: row.on_hand for row in found}


def replay_everything(files: Hub, session: Session) -> None:
    inbox.replay(session, session.scalars(text("select id from inbox_messages")).all())
    session.commit()
    run_jobs(files)
