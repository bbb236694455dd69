"""The REST calls about what learners said that a scene did not understand."""

from kotoserver.transport.rest.models.sentences import (
    IgnoreBody,
    SentencesAnswer,
    SentencesQuery,
    TakeBody,
    TakenSentenceAnswer,
)
from kotoserver.transport.rest.operations import Call


async def list_sentences(call: Call) -> SentencesAnswer:
    query: SentencesQuery = call.query
    told = await call.services.sentences.list(call.caller, call.path["scene_id"], days=query.days)
    return SentencesAnswer.of(told)


async def take_sentence(call: Call) -> TakenSentenceAnswer:
    body: TakeBody = call.body
    taken = await call.services.sentences.take(
        call.caller, call.path["scene_id"], body.turn, body.text, body.taken_as, body.intent
    )
    return TakenSentenceAnswer.of(taken)


async def ignore_sentences(call: Call) -> None:
    body: IgnoreBody = call.body
    await call.services.sentences.put_aside(
        call.caller, call.path["scene_id"], body.turn, body.texts, ignored=body.ignored
    )
