"""What is asked of the Admin API: one GraphQL document for each question and act, as version 2026-07 publishes it."""

from plugins.shopify.documents.document import VERSION as VERSION
from plugins.shopify.documents.document import Document as Document
