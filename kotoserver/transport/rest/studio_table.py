"""The REST calls behind the studio's pages: a scene's texts side by side, hearing them, and what learners say."""

from kotoserver.content.source import MOST_BYTES
from kotoserver.domain.learner import EDITORS
from kotoserver.transport.rest import lines, sentences
from kotoserver.transport.rest.models.lines import LinesAnswer, LinesBody, LinesQuery, SpeechBody, StillFitsBody
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
)
