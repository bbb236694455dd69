"""One WebSocket: it translates between frames and services, and holds no learning state.

What a client is told is stored first; this connection only forwards stored events in order. When
it is cut off, another one begins where the client says it stopped.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import assert_never

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, KotoError, NotAllowed, NotFound, NotSignedIn, TooFast
from kotoserver.domain.events import StoredEvent, encode_frame
from kotoserver.domain.learner import Caller
from kotoserver.domain.session import Session
from kotoserver.domain.utterance import is_turn_id, read_utterance
from kotoserver.ports.bus import SubscriberTooSlow, Subscription
from kotoserver.ports.clock import Clock
from kotoserver.services.bundle import Services
from kotoserver.services.ids import new_id
from kotoserver.services.limits import Use
from kotoserver.services.sessions import AWAY, session_channel
from kotoserver.transport.live.frames import (
    AnyClientFrame,
    AskHint,
    AskRepeat,
    AudioUploaded,
    Hello,
    Leave,
    Ping,
    PlaybackStarted,
    TakeBack,
    UserText,
    decode_frame,
)
from kotoserver.transport.live.throttle import Throttle

log = logging.getLogger(__name__)

HELLO_SECONDS = 5.0
SEND_SECONDS = 10.0
"""A client that does not take a frame for this long is let go; replay makes that safe."""

NOT_SIGNED_IN = 4401
NOT_YOURS = 4403
NO_SESSION = 4404
NO_HELLO = 4408
REPLACED = 4409
TOO_FAST = 4429
CLOSE_CODES = (NOT_SIGNED_IN, NOT_YOURS, NO_SESSION, NO_HELLO, REPLACED, TOO_FAST)
"""Those of our own, beside the standard ones."""
_CLOSE_CODES = {NotSignedIn: NOT_SIGNED_IN, NotAllowed: NOT_YOURS, NotFound: NO_SESSION}
_PONG = '{"type":"pong"}'
_ARRIVED = "socket "
"""Begins the message by which a new connection tells older ones of its session to go."""


_MOST_LISTENING = 3
"""Recordings of one connection that are heard at the same time."""


class Refused(Exception):
    """The connection cannot go on; `code` is the close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class LiveConnection:
    def __init__(
        self,
        socket: web.WebSocketResponse,
        services: Services,
        clock: Clock,
        session_id: str,
        *,
        address: str = "",
        trace: telemetry.TraceContext | None = None,
    ) -> None:
        """`address`: where the client is; `trace`: the one that its request named."""
        self._socket = socket
        self._address = address
        self._trace = trace
        self._services = services
        self._clock = clock
        self._session_id = session_id
        self._id = new_id("sock")
        self._signed_in_at = 0.0
        """When the token was made that the client said hello with."""
        self._announced = False
        """True once this connection heard its own arrival on the channel."""
        self._sent_seq = 0
        self._in_order = asyncio.Lock()
        """Held while stored frames are sent, so that their numbers never run back."""
        self._listening: set[asyncio.Task[None]] = set()
        """Recordings being heard: the conversation goes on meanwhile."""
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Fails with what ended the hearing of a recording and could not be told."""

    async def serve(self) -> None:
        """Talks until either side ends it; always closes the socket."""
        async with self._closed_by_failures():
            caller, hello = await self._welcome()
            # A conversation is no part of the request that opened it: what follows belongs to the trace that the
            # client named, or each turn to one of its own.
            trace = telemetry.read_trace(hello.traceparent, hello.tracestate) or self._trace
            with telemetry.belonging_to(trace), telemetry.log_ids(session_id=self._session_id):
                await self._stay_if_there_is_room(caller, hello)
            await self.close(WSCloseCode.OK, "goodbye")

    @asynccontextmanager
    async def _closed_by_failures(self) -> AsyncIterator[None]:
        """What breaks inside, and cannot be told in a frame, ends the connection with its code."""
        try:
            yield
        except Refused as refusal:
            await self.close(refusal.code, refusal.reason)
        except KotoError as error:
            telemetry.ERRORS.labels(error.code).inc()
            await self.close(_close_code(error), error.message)
        except ConnectionResetError:
            log.info("a client went away while it was being sent to")
        except Exception:  # the outermost rim of a connection
            log.exception("a connection failed in a way nobody expected")
            telemetry.ERRORS.labels("internal").inc()
            await self.close(WSCloseCode.INTERNAL_ERROR, "something went wrong on our side")

    async def close(self, code: int, reason: str) -> None:
        """Closes with a code and a sentence of at most 123 bytes."""
        await self._socket.close(code=code, message=reason.encode()[:123].decode(errors="ignore").encode())

    # ── the beginning ────────────────────────────────────────────────────────────────────────

    async def _welcome(self) -> tuple[Caller, Hello]:
        """Waits for `hello`, signs the client in, and makes sure that the session is theirs."""
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                message = await self._socket.receive()
        except TimeoutError:
            raise Refused(NO_HELLO, f"no hello within {HELLO_SECONDS:g} s") from None
        frame = decode_frame(message.data) if message.type is WSMsgType.TEXT else None
        if not isinstance(frame, Hello):
            raise Refused(NOT_SIGNED_IN, "the first frame must be hello")
        accounts = self._services.accounts
        caller = await accounts.caller(frame.token, address=self._address)
        self._signed_in_at = accounts.issued_at(frame.token)
        await self._services.play.session(caller, self._session_id)
        return caller, frame

    async def _stay_if_there_is_room(self, caller: Caller, hello: Hello) -> None:
        try:
            async with self._services.limits.live(caller.learner_id, self._id):
                await self._stay(caller, hello)
        except TooFast as full:
            told = f"{full.code}: too many are playing; come back soon"
            raise Refused(WSCloseCode.TRY_AGAIN_LATER, told) from None

    async def _stay(self, caller: Caller, hello: Hello) -> None:
        """Sends older connections to the session away, then tells and listens until the end."""
        channel = session_channel(self._session_id)
        async with self._services.bus.subscribe(channel) as news:
            await self._services.bus.publish(channel, f"{_ARRIVED}{self._id}")
            await self._refuse_ended(caller)
            await self._catch_up(caller, hello.last_seq)
            await self._talk(caller, news)

    async def _refuse_ended(self, caller: Caller) -> None:
        """Refused once the learner was signed out, blocked or erased: the message that says so may get lost."""
        try:
            await self._services.accounts.refuse_ended(caller, self._signed_in_at)
        except (NotSignedIn, NotAllowed) as ended:
            raise Refused(NOT_SIGNED_IN, ended.message) from None

    async def _catch_up(self, caller: Caller, last_seq: int) -> None:
        """Sends where the session stands, then every stored frame the client has not seen.

        The snapshot carries the number at which the client stands (1 for a new one, whose first stored
        frame it is), so that numbers run on without a gap.
        """
        session: Session = await self._services.play.session(caller, self._session_id)
        self._sent_seq = max(1, min(last_seq, session.last_seq))
        snapshot = self._services.play.snapshot(session)
        await self._send(encode_frame(snapshot, seq=self._sent_seq, at=self._clock.now()))
        await self._send_stored()

    async def _send_stored(self, up_to: int | None = None) -> None:
        """Everything stored after what was sent last."""
        while True:
            events = await self._services.play.events(self._session_id, after=self._sent_seq, up_to=up_to)
            if not events:
                return
            for event in events:
                await self._send(event.frame)
                self._sent_seq = event.seq

    # ── the conversation ─────────────────────────────────────────────────────────────────────

    async def _talk(self, caller: Caller, news: Subscription) -> None:
        """Reads and forwards side by side until one of them is done; a refusal ends both."""
        tasks = [asyncio.create_task(self._forward(news)), asyncio.create_task(self._read(caller))]
        try:
            done, _ = await asyncio.wait([*tasks, self._broken], return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
        finally:
            # A learner who leaves stops what is being heard for them; the recording stays and can be asked about.
            ending = [*tasks, *self._listening]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    async def _forward(self, news: Subscription) -> None:
        try:
            async for message in news:
                if message is None:
                    await self._look()
                else:
                    await self._forward_one(message)
        except SubscriberTooSlow:
            raise Refused(WSCloseCode.TRY_AGAIN_LATER, "too slow; reconnect with last_seq") from None

    async def _forward_one(self, message: str) -> None:
        if message.startswith(_ARRIVED):
            self._make_way(message.removeprefix(_ARRIVED))
            return
        if message == AWAY:
            raise Refused(NOT_SIGNED_IN, "this sign-in was ended")
        number, frame = message.split(" ", 1)
        seq = int(number)
        async with self._in_order:
            if seq > self._sent_seq + 1:
                await self._send_stored(up_to=seq - 1)
            if seq > self._sent_seq:
                await self._send(frame)
                self._sent_seq = seq

    async def _look(self) -> None:
        """Sends what was stored without news of it reaching us."""
        async with self._in_order:
            await self._send_stored()

    def _make_way(self, arrived: str) -> None:
        """Goes when a newer connection arrives; one whose arrival was heard before ours is older."""
        if arrived == self._id:
            self._announced = True
        elif self._announced:
            raise Refused(REPLACED, "replaced by a newer connection")

    async def _read(self, caller: Caller) -> None:
        throttle = Throttle(self._clock.seconds())
        async for message in self._socket:
            if not throttle.allows(self._clock.seconds()):
                raise Refused(TOO_FAST, "too many frames; slow down")
            if not await self._hear(caller, message):
                return

    async def _hear(self, caller: Caller, message: WSMessage) -> bool:
        """Handles one frame; False when the client takes its leave.

        What breaks here is told in an error frame and does not end the conversation.
        """
        goes_on = True
        async with self._told(caller) as about:
            await self._services.limits.count_caller(Use.FRAMES, caller)
            if message.type is not WSMsgType.TEXT:
                raise BadInput("Frames are text.", code="not_text")
            frame = decode_frame(message.data)
            about.name(getattr(frame, "turn_id", None))
            if not isinstance(frame, Ping | Leave):
                await self._refuse_ended(caller)
            goes_on = await self._handle(caller, frame)
        return goes_on  # noqa: RET504  # what breaks inside is told, and does not come here

    @asynccontextmanager
    async def _told(self, caller: Caller) -> AsyncIterator["_About"]:
        """Tells what breaks inside in an error frame, and goes on."""
        about = _About()
        failure: KotoError
        try:
            yield about
            return
        except TooFast as error:
            if error.code == TooFast.code:  # a limit on the learner, not an engine that is busy
                raise Refused(TOO_FAST, error.message) from None
            failure = error
        except KotoError as error:
            failure = error
        except (Refused, ConnectionResetError):
            raise
        except Exception:  # the outermost rim of a frame
            log.exception("a frame failed in a way nobody expected")
            failure = KotoError("Something went wrong on our side.", code="internal")
        telemetry.ERRORS.labels(failure.code).inc()
        await self._services.play.report(self._session_id, caller, failure, about.turn_id)

    async def _handle(self, caller: Caller, frame: AnyClientFrame) -> bool:
        play, session_id = self._services.play, self._session_id
        match frame:
            case UserText():
                await self._take_turn(caller, frame)
            case AskHint():
                await self._count_help(caller)
                await play.give_hint(caller, session_id)
            case AskRepeat():
                await self._count_help(caller)
                await play.repeat(caller, session_id, slowly=frame.slow)
            case TakeBack():
                await self._count_help(caller)
                await play.take_back(caller, session_id, frame.turn_id)
            case PlaybackStarted():
                await play.note_perceived(caller, session_id, frame.turn_id, frame.perceived_ms)
            case Ping():
                await self._send(_PONG)
            case Leave():
                return False
            case Hello():
                raise BadInput("This connection has said hello already.", code="already_signed_in")
            case AudioUploaded():
                self._listen(caller, frame)
            case _:
                assert_never(frame)
        return True

    async def _count_help(self, caller: Caller) -> None:
        await self._services.limits.count_caller(Use.HELPS, caller)

    async def _take_turn(self, caller: Caller, frame: UserText) -> None:
        """Plays the turn; one that was played before is told again in its stored frames.

        What was stored by a process that died before it could spread the news is told now, in its order.
        """
        utterance = read_utterance(frame.turn_id, frame.text)
        with telemetry.turn(self._session_id, utterance.turn_id):
            if frame.audio_id is None:
                played = await self._services.play.hear(caller, self._session_id, utterance)
                events, fresh = played.events, played.fresh
            else:
                confirmed = await self._services.voice.confirm(
                    caller, self._session_id, frame.turn_id, frame.text, frame.audio_id
                )
                events, fresh = confirmed.events, confirmed.fresh
        if not fresh:
            await self._tell_again(events)

    def _listen(self, caller: Caller, frame: AudioUploaded) -> None:
        """Hears a recording beside the conversation. TooFast code `busy` when many are being heard already."""
        if len(self._listening) >= _MOST_LISTENING:
            raise TooFast("Your last recordings are still being heard; wait a moment.", code="busy")
        task = asyncio.create_task(self._hear_recording(caller, frame))
        self._listening.add(task)
        task.add_done_callback(self._end_hearing)

    def _end_hearing(self, task: asyncio.Task[None]) -> None:
        """What broke is left to `_talk`: it would cancel a closing of the socket from here halfway."""
        self._listening.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None and not self._broken.done():
            self._broken.set_exception(failure)

    async def _hear_recording(self, caller: Caller, frame: AudioUploaded) -> None:
        async with self._told(caller) as about:
            about.name(frame.turn_id)
            if frame.session_id != self._session_id:
                raise BadInput("This recording was sent to the socket of another session.", code="wrong_session")
            named = frame.turn_id or frame.audio_id
            with telemetry.turn(self._session_id, named if is_turn_id(named) else "unnamed"):
                heard = await self._services.voice.hear(caller, self._session_id, frame.audio_id, frame.turn_id)
            if not heard.fresh:
                await self._tell_again(heard.events)

    async def _tell_again(self, events: Sequence[StoredEvent]) -> None:
        """Frames that were stored before, and whatever else this connection has not sent."""
        async with self._in_order:
            for event in events:
                if event.seq <= self._sent_seq:
                    await self._send(event.frame)
            await self._send_stored()

    async def _send(self, frame: str) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_str(frame)
        except TimeoutError:
            raise Refused(WSCloseCode.TRY_AGAIN_LATER, "too slow; reconnect with last_seq") from None


@dataclass(slots=True)
class _About:
    """What a failure is about."""

    turn_id: str | None = None

    def name(self, turn_id: str | None) -> None:
        """The turn that a client speaks of; what is no turn_id is not repeated: it may be longer than a frame."""
        self.turn_id = turn_id if turn_id is not None and is_turn_id(turn_id) else None


def _close_code(error: KotoError) -> int:
    """The close code for an error that ends a connection."""
    for branch, code in _CLOSE_CODES.items():
        if isinstance(error, branch):
            return code
    return NOT_SIGNED_IN if isinstance(error, BadInput) else WSCloseCode.INTERNAL_ERROR
