"""Connections that meet, die or break in the middle of something."""

import asyncio
from pathlib import Path

from kotoserver.bus.memory import MemoryBus
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.learner import Caller
from kotoserver.domain.utterance import read_utterance
from kotoserver.providers.scripted import ScriptedEvaluator
from tests.apps import Guest, Koto, Live, judging, playing


class PonderingJudge(ScriptedEvaluator):
    """Says that it has begun, and then thinks until it is told to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        self.has_begun.set()
        await self.may_answer.wait()
        return await super().evaluate(text, expectation)


class BrokenJudge(ScriptedEvaluator):
    """Has a fault that shows at one word."""

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        if "고장" in text:
            raise RuntimeError("a fault that nobody expected")
        return await super().evaluate(text, expectation)


class SlowStreetBus(MemoryBus):
    """Spreads nothing before two have something to say: as between processes, both have subscribed by then."""

    def __init__(self) -> None:
        super().__init__()
        self._both = asyncio.Barrier(2)

    async def publish(self, channel: str, *messages: str) -> None:
        await self._both.wait()
        await super().publish(channel, *messages)


async def test_a_stranger_cannot_send_the_owner_of_a_session_away(koto: Koto, guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    stranger = await koto.guest()
    knocking = Live(await stranger.socket(session_id), koto)
    await knocking.send({"type": "hello", "token": stranger.token})
    assert await knocking.closed() == 4403
    assert await live.say("네")


async def test_of_two_sockets_that_arrive_together_exactly_one_stays(tmp_path: Path):
    async with judging(tmp_path, ScriptedEvaluator(), SlowStreetBus()) as koto:
        guest = await koto.guest()
        session_id = await guest.open()
        both = await asyncio.gather(guest.live(session_id), guest.live(session_id))
        ends = {asyncio.create_task(live.closed()): live for live in both}
        gone, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        assert [end.result() for end in gone] == [4409]
        (stays,) = ends.keys() - gone
        stays.cancel()
        await asyncio.gather(stays, return_exceptions=True)
        await ends[stays].settled()


async def test_a_turn_is_finished_for_the_connection_that_replaces_the_one_it_came_by(tmp_path: Path):
    judge = PonderingJudge()
    async with judging(tmp_path, judge) as koto:
        guest = await koto.guest()
        session_id = await guest.open()
        first = await guest.live(session_id)
        await first.send({"type": "user_text", "turn_id": "t1", "text": "네"})
        await judge.has_begun.wait()
        second = await guest.live(session_id)
        assert await first.closed() == 4409
        judge.may_answer.set()
        assert (await second.until("evaluation_complete"))["turn_id"] == "t1"


async def test_a_turn_that_another_process_could_not_spread_is_told_in_order_when_it_is_sent_again(tmp_path: Path):
    async with judging(tmp_path, ScriptedEvaluator()) as koto:
        guest = await koto.guest()
        session_id = await guest.open()
        live = await guest.live(session_id)
        await live.settled()
        async with playing(koto.services, tmp_path, ScriptedEvaluator(), MemoryBus()) as elsewhere:
            caller = Caller(learner_id=guest.learner_id)
            await elsewhere.give_hint(caller, session_id)
            await elsewhere.hear(caller, session_id, read_utterance("t1", "네"))
        await live.say("네", "t1")
        assert live.numbers == list(range(1, len(live.numbers) + 1))


async def test_a_turn_that_another_process_could_not_spread_is_told_to_sockets_when_it_is_sent_again_over_rest(
    tmp_path: Path,
):
    async with judging(tmp_path, ScriptedEvaluator()) as koto:
        guest = await koto.guest()
        session_id = await guest.open()
        live = await guest.live(session_id)
        await live.settled()
        async with playing(koto.services, tmp_path, ScriptedEvaluator(), MemoryBus()) as elsewhere:
            await elsewhere.hear(Caller(learner_id=guest.learner_id), session_id, read_utterance("t1", "네"))
        assert await live.settled() == []
        for _ in range(2):
            await guest.say(session_id, "네", "t1")
        assert (await live.until("evaluation_complete"))["turn_id"] == "t1"
        await live.settled()
        assert live.numbers == list(range(1, len(live.numbers) + 1))


async def test_a_fault_in_one_turn_is_told_and_the_conversation_goes_on(tmp_path: Path):
    async with judging(tmp_path, BrokenJudge()) as koto:
        guest = await koto.guest()
        live = await guest.live(await guest.open())
        await live.send({"type": "user_text", "turn_id": "t1", "text": "고장"})
        error = await live.until("error")
        assert (error["code"], error["turn_id"]) == ("internal", "t1")
        assert await live.say("네")


async def test_clients_that_never_answer_do_not_hold_up_the_servers_end(tmp_path: Path):
    judge = PonderingJudge()
    async with judging(tmp_path, judge) as koto:
        guest = await koto.guest()
        for _ in range(3):
            live = await guest.live(await guest.open())
            await live.send({"type": "user_text", "turn_id": "t1", "text": "네"})
        await judge.has_begun.wait()
        async with asyncio.timeout(5):
            await koto.http.server.runner.shutdown()
        judge.may_answer.set()


async def test_codes_that_clients_make_up_do_not_multiply_the_metrics(koto: Koto, guest: Guest):
    live = await guest.live(await guest.open())
    await live.socket.close(code=3456)
    async with asyncio.timeout(10):
        while True:
            metrics = await (await koto.http.get("/metrics")).text()
            if 'koto_sockets_closed_total{code="other"}' in metrics:
                break
    assert 'code="3456"' not in metrics
