"""The published description of the Admin API, where it is at hand."""

import gzip
import json
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema

from plugins.shopify.documents import Document

FOLDER = Path(__file__).parents[4] / "shared" / "specs" / "shopify"
FILE = FOLDER / "admin-graphql" / "admin_2026-07.json.gz"
needed = pytest.mark.skipif(not FILE.exists(), reason="The published description of Shopify's API is not here.")


@cache
def described() -> dict[str, Any]:
    with gzip.open(FILE) as file:
        said: dict[str, Any] = json.load(file)
    return said


@cache
def schema() -> GraphQLSchema:
    # It deprecates fields that its own interfaces do not, which graphql-core would refuse.
    return build_client_schema(described()["data"], assume_valid=True)


def documents() -> list[Document]:
    """Everything that the plugin ever asks."""
    rooms = [import_module(f"plugins.shopify.documents.{name}") for name in ("orders", "parcels", "money", "shop")]
    return [each for room in rooms for each in vars(room).values() if isinstance(each, Document)]
