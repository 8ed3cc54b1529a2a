"""Whether an account works: its marketplaces, its listings, its queue."""

from collections.abc import Iterator
from typing import Any

from crossdock import Diagnosis, ProviderError
from plugins.amazon import sqs
from plugins.amazon.client import Ctx, ask, held, listed, text_of
from plugins.amazon.operations import GET_MARKETPLACES


def check(ctx: Ctx) -> Iterator[Diagnosis]:
    payload = listed(ask(ctx, GET_MARKETPLACES), "payload")
    known = {text_of(held(each, "marketplace"), "id"): each for each in payload}
    if known and not any(held(each, "participation").get("isParticipating") for each in known.values()):
        mend = "See Account Health in Seller Central: Amazon closed the account, or it was never opened for selling."
        yield Diagnosis(name="account", ok=False, message="The account sells in no marketplace.", mend=mend)
    for marketplace in ctx.settings.marketplace_ids:
        yield _marketplace(marketplace, known.get(marketplace))
    if ctx.settings.queue_url is None:
        yield Diagnosis(name="queue", ok=True, message="There is no queue: orders come with the polls.")
    else:
        yield _queue(ctx)


def _marketplace(marketplace: str, said: Any) -> Diagnosis:
    if said is None or not held(said, "participation").get("isParticipating"):
        return Diagnosis(
            name=marketplace,
            ok=False,
            message=f"The account does not sell in marketplace {marketplace}.",
            mend="Take it out of marketplace_ids, or begin to sell there; see that region fits it.",
        )
    name = held(said, "marketplace").get("domainName", marketplace)
    if held(said, "participation").get("hasSuspendedListings"):
        message, mend = f"Listings on {name} are suspended.", "Set the listing status to active in Seller Central."
        return Diagnosis(name=marketplace, ok=False, message=message, mend=mend, severe=False)
    return Diagnosis(name=marketplace, ok=True, message=f"The account sells on {name}.")


def _queue(ctx: Ctx) -> Diagnosis:
    try:
        said = sqs.call(ctx, "GetQueueAttributes", {"AttributeNames": ["ApproximateNumberOfMessages"]})
    except ProviderError as error:
        mend = "Look at queue_url, queue_region and the queue's keys and policy. Until then the polls bring orders."
        return Diagnosis(name="queue", ok=False, message=error.message, mend=mend, severe=False)
    waiting = held(said, "Attributes").get("ApproximateNumberOfMessages", "0")
    return Diagnosis(name="queue", ok=True, message=f"About {waiting} messages wait in the queue.")
