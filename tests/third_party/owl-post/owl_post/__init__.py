"""Owl Post: a carrier, a field on orders, a job and a page, in a package of its own."""

from datetime import timedelta

import crossdock
from owl_post.carrier import OwlCarrier, OwlSettings
from owl_post.moons import count_moons, page
from owl_post.rings import RINGS, ring

manifest = crossdock.Manifest(summary="Parcels that fly by night.", api="1.0")


@crossdock.hookimpl
def crossdock_providers() -> list[crossdock.Provider]:
    return [
        crossdock.Provider(
            "owl",
            kind="carrier",
            settings=OwlSettings,
            factory=OwlCarrier,
            capabilities={"rates", "labels"},
            summary=manifest.summary,
        )
    ]


@crossdock.hookimpl
def crossdock_schema() -> list[crossdock.SchemaExtension]:
    return [crossdock.SchemaExtension(types=RINGS, fields=(ring,))]


@crossdock.hookimpl
def crossdock_jobs() -> list[crossdock.PeriodicJob]:
    return [
        crossdock.PeriodicJob(name="owl.moons", summary="Count the moons", every=timedelta(days=1), run=count_moons)
    ]


@crossdock.hookimpl
def crossdock_routes() -> list[crossdock.Route]:
    return [crossdock.Route(path="/moon", app=page)]
