"""A store, played: it answers as the published Admin API would, and refuses what that would refuse."""

from plugins.shopify.sandbox.app import sandbox as sandbox
