"""Manifests: the paper with which a carrier collects a location's parcels, made at most once for each shipment."""

from core.flows.manifest.make import make as make
