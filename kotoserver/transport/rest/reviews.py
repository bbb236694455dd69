"""The REST calls about review links, and the one that whoever has such a link makes."""

from kotoserver.transport.addresses import base_url, client_address
from kotoserver.transport.rest.models.reviews import (
    ReviewAnswer,
    ReviewBody,
    ReviewsAnswer,
    ReviewTryAnswer,
    ReviewTryBody,
)
from kotoserver.transport.rest.operations import Call


async def make_review(call: Call) -> ReviewAnswer:
    body: ReviewBody = call.body
    link = await call.services.reviews.make(call.caller, call.path["scene_id"], days=body.days, note=body.note)
    return ReviewAnswer.of(link, base_url(call.request))


async def list_reviews(call: Call) -> ReviewsAnswer:
    links = await call.services.reviews.list(call.caller, call.path["scene_id"])
    return ReviewsAnswer(reviews=[ReviewAnswer.of(link, base_url(call.request)) for link in links])


async def revoke_review(call: Call) -> None:
    await call.services.reviews.revoke(call.caller, call.path["review_id"])


async def try_review(call: Call) -> ReviewTryAnswer:
    body: ReviewTryBody = call.body
    address = client_address(call.request)
    return ReviewTryAnswer.of(await call.services.reviews.play(call.path["token"], address, body.pack, body.steps))
