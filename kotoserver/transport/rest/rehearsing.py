"""The REST calls behind the studio's graph and simulator."""

from kotoserver.transport.rest.models.graphs import GraphAnswer, HeatAnswer, WindowBody
from kotoserver.transport.rest.models.rehearsing import KeepBody, KeptAnswer, TryAnswer, TryBody
from kotoserver.transport.rest.operations import Call


async def draw_graph(call: Call) -> GraphAnswer:
    body: WindowBody = call.body
    drawn = await call.services.rehearsing.graph(call.caller, call.path["scene_id"], body.window)
    return GraphAnswer.of(drawn, body.language)


async def show_heat(call: Call) -> HeatAnswer:
    body: WindowBody = call.body
    return HeatAnswer.of(await call.services.rehearsing.heat(call.caller, call.path["scene_id"], body.window))


async def try_scene(call: Call) -> TryAnswer:
    body: TryBody = call.body
    played = await call.services.rehearsing.rehearse(
        call.caller, call.path["scene_id"], body.window, body.way, body.pack
    )
    return TryAnswer.of(played, body.language)


async def keep_as_test(call: Call) -> KeptAnswer:
    body: KeepBody = call.body
    kept = await call.services.rehearsing.keep(
        call.caller, call.path["scene_id"], body.window, body.way, body.name, body.digest
    )
    return KeptAnswer.of(kept)
