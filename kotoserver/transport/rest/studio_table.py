"""The REST calls behind the studio's pages: a scene's texts side by side, hearing them, and what learners say."""

from kotoserver.content.source import MOST_BYTES
from kotoserver.domain.learner import EDITORS
from kotoserver.transport.rest import lines, reviews, sentences
from kotoserver.transport.rest.models.lines import LinesAnswer, LinesBody, LinesQuery, SpeechBody, StillFitsBody
from kotoserver.transport.rest.models.reviews import (
    ReviewAnswer,
    ReviewBody,
    ReviewsAnswer,
    ReviewTryAnswer,
    ReviewTryBody,
)
from kotoserver.transport.rest.models.sentences import (
    IgnoreBody,
    SentencesAnswer,
    SentencesQuery,
    TakeBody,
    TakenSentenceAnswer,
)
from kotoserver.transport.rest.operations import Operation

STUDIO_OPERATIONS = (
    Operation(
        method="GET",
        path="/content/scenes/{scene_id}/lines",
        summary="Every text of a scene beside its meanings, as the scene goes (editors)",
        handler=lines.show_lines,
        asks=LinesQuery,
        answers=LinesAnswer,
        roles=EDITORS,
    ),
    Operation(
        method="PUT",
        path="/content/scenes/{scene_id}/lines",
        summary="Write texts of one column, unless somebody else changed one of them (editors)",
        handler=lines.write_lines,
        takes=LinesBody,
        answers=LinesAnswer,
        roles=EDITORS,
        most_bytes=MOST_BYTES,
    ),
    Operation(
        method="POST",
        path="/content/scenes/{scene_id}/lines/still-fits",
        summary="Note that meanings are right for the Korean as it is now (editors)",
        handler=lines.accept_lines,
        takes=StillFitsBody,
        answers=LinesAnswer,
        roles=EDITORS,
    ),
    Operation(
        method="POST",
        path="/content/speech",
        summary="Hear a text in any voice, by any engine, at any pace (editors)",
        handler=lines.preview_speech,
        takes=SpeechBody,
        media_type="audio/*",
        roles=EDITORS,
    ),
    Operation(
        method="GET",
        path="/content/scenes/{scene_id}/sentences",
        summary="What learners said that no intent took, without who said it (editors)",
        handler=sentences.list_sentences,
        asks=SentencesQuery,
        answers=SentencesAnswer,
        roles=EDITORS,
    ),
    Operation(
        method="POST",
        path="/content/scenes/{scene_id}/sentences",
        summary="Write one of them into the draft: an example, a look-alike or a new intent (editors)",
        handler=sentences.take_sentence,
        takes=TakeBody,
        answers=TakenSentenceAnswer,
        roles=EDITORS,
    ),
    Operation(
        method="PUT",
        path="/content/scenes/{scene_id}/sentences/ignored",
        summary="Put sentences aside, or list them again (editors)",
        handler=sentences.ignore_sentences,
        takes=IgnoreBody,
        status=204,
        roles=EDITORS,
    ),
    Operation(
        method="POST",
        path="/content/scenes/{scene_id}/reviews",
        summary="Make a link by which people without an account play a draft as it is now (editors)",
        handler=reviews.make_review,
        takes=ReviewBody,
        answers=ReviewAnswer,
        status=201,
        roles=EDITORS,
    ),
    Operation(
        method="GET",
        path="/content/scenes/{scene_id}/reviews",
        summary="The links to drafts of a scene that work now (editors)",
        handler=reviews.list_reviews,
        answers=ReviewsAnswer,
        roles=EDITORS,
    ),
    Operation(
        method="DELETE",
        path="/content/reviews/{review_id}",
        summary="Revoke a link to a draft (editors)",
        handler=reviews.revoke_review,
        status=204,
        roles=EDITORS,
    ),
    Operation(
        method="POST",
        path="/reviews/{token}/try",
        summary="Play the draft behind a review link",
        handler=reviews.try_review,
        takes=ReviewTryBody,
        answers=ReviewTryAnswer,
        public=True,
    ),
)
