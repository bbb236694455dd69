"""Every REST call, in the order a client meets them."""

from kotoserver.transport.rest import audio, handlers
from kotoserver.transport.rest.models.accounts import GuestBody, LearnerAnswer, PatchMeBody, SignedInAnswer
from kotoserver.transport.rest.models.audio import RecordingAnswer, UploadedAnswer, UploadForm
from kotoserver.transport.rest.models.evaluating import EvaluateBody, JudgementAnswer
from kotoserver.transport.rest.models.recap import RecapAnswer
from kotoserver.transport.rest.models.scenes import SceneAnswer, SceneQuery, ScenesAnswer, ScenesQuery
from kotoserver.transport.rest.models.sessions import (
    OpenBody,
    OpenedAnswer,
    PatchSessionBody,
    SessionAnswer,
    SessionsAnswer,
    SessionsQuery,
)
from kotoserver.transport.rest.models.turns import (
    EventsAnswer,
    EventsQuery,
    FramesAnswer,
    TurnAnswer,
    TurnBody,
    TurnsAnswer,
)
from kotoserver.transport.rest.operations import Operation

PREFIX = "/koto-api"

OPERATIONS = (
    Operation(
        method="POST",
        path="/auth/guest",
        summary="Sign in as a new guest",
        handler=handlers.sign_in_guest,
        takes=GuestBody,
        answers=SignedInAnswer,
        status=201,
        public=True,
    ),
    Operation(method="GET", path="/me", summary="Who am I", handler=handlers.show_me, answers=LearnerAnswer),
    Operation(
        method="PATCH",
        path="/me",
        summary="Agree to have my recordings kept, or take it back",
        handler=handlers.patch_me,
        takes=PatchMeBody,
        answers=LearnerAnswer,
    ),
    Operation(
        method="DELETE",
        path="/me",
        summary="Forget me and all that I said",
        handler=handlers.erase_me,
        status=204,
    ),
    Operation(
        method="GET",
        path="/scenes",
        summary="Scenes that can be played",
        handler=handlers.list_scenes,
        asks=ScenesQuery,
        answers=ScenesAnswer,
        public=True,
    ),
    Operation(
        method="GET",
        path="/scenes/{scene_id}",
        summary="All that a client needs to set the stage",
        handler=handlers.show_scene,
        asks=SceneQuery,
        answers=SceneAnswer,
        public=True,
    ),
    Operation(
        method="POST",
        path="/sessions",
        summary="Open a scene",
        handler=handlers.open_session,
        takes=OpenBody,
        answers=OpenedAnswer,
        status=201,
    ),
    Operation(
        method="GET",
        path="/sessions",
        summary="My sessions, newest first",
        handler=handlers.list_sessions,
        asks=SessionsQuery,
        answers=SessionsAnswer,
    ),
    Operation(
        method="GET",
        path="/sessions/{session_id}",
        summary="Where a session stands",
        handler=handlers.show_session,
        answers=SessionAnswer,
    ),
    Operation(
        method="PATCH",
        path="/sessions/{session_id}",
        summary="Leave a session for good",
        handler=handlers.patch_session,
        takes=PatchSessionBody,
        answers=SessionAnswer,
    ),
    Operation(
        method="DELETE",
        path="/sessions/{session_id}",
        summary="Forget a session",
        handler=handlers.erase_session,
        status=204,
    ),
    Operation(
        method="POST",
        path="/sessions/{session_id}/turns",
        summary="Say something without a socket",
        handler=handlers.take_turn,
        takes=TurnBody,
        answers=FramesAnswer,
    ),
    Operation(
        method="GET",
        path="/sessions/{session_id}/turns",
        summary="Every turn in full",
        handler=handlers.list_turns,
        answers=TurnsAnswer,
    ),
    Operation(
        method="GET",
        path="/sessions/{session_id}/turns/{turn_id}",
        summary="One turn in full",
        handler=handlers.show_turn,
        answers=TurnAnswer,
    ),
    Operation(
        method="GET",
        path="/sessions/{session_id}/events",
        summary="Frames after a number",
        handler=handlers.list_events,
        asks=EventsQuery,
        answers=EventsAnswer,
    ),
    Operation(
        method="GET",
        path="/sessions/{session_id}/recap",
        summary="What to take home from a scene",
        handler=handlers.show_recap,
        answers=RecapAnswer,
    ),
    Operation(
        method="POST",
        path="/audio/upload",
        summary="Send a recording of what I said",
        handler=audio.upload_audio,
        takes=UploadForm,
        takes_form=True,
        answers=UploadedAnswer,
        status=202,
    ),
    Operation(
        method="GET",
        path="/audio/{audio_id}",
        summary="What became of a recording",
        handler=audio.show_audio,
        answers=RecordingAnswer,
    ),
    Operation(
        method="GET",
        path="/audio/download/{audio_id}",
        summary="My own recording, by a link that works for an hour or from here",
        handler=audio.download_audio,
        media_type="audio/*",
    ),
    Operation(
        method="GET",
        path="/speech/{file}",
        summary="Synthesised speech, as KEY.mp3, KEY.wav or KEY.ogg",
        handler=handlers.play_speech,
        media_type="audio/*",
        public=True,
    ),
    Operation(
        method="POST",
        path="/evaluate",
        summary="Try the judge on one sentence (editors)",
        handler=handlers.evaluate,
        takes=EvaluateBody,
        answers=JudgementAnswer,
    ),
)
