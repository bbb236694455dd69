"""One process tells admins how it is."""

from pathlib import Path

from kotoserver.domain.learner import Role
from tests.apps import Guest, serving


async def played(guest: Guest) -> None:
    """One turn, so that there is something to tell."""
    session_id = await guest.open()
    turn = {"turn_id": "t1", "text": "아메리카노 한 잔 주세요."}
    answer = await guest.call("POST", f"/sessions/{session_id}/turns", json=turn)
    assert answer.status == 200


async def test_an_admin_sees_what_was_played_in_figures(tmp_path: Path):
    async with serving(tmp_path, KOTO_HOST="0.0.0.0", TTS_PROVIDER="scripted,espeak") as koto:
        lookout = koto.services.lookout
        await lookout.look()
        await played(await koto.guest())
        await lookout.look()
        told = await (await koto.member(Role.ADMIN)).get("/server?hours=6")
    plots = {plot["id"]: plot for plot in told["plots"]}
    drawn = {len(line["values"]) for plot in told["plots"] for line in plot["lines"]}
    assert drawn == {len(told["times"])}
    assert plots["turns"]["lines"][0]["values"][-1] > 0
    assert plots["judged"]["lines"][0]["values"][-1] > 0
    engines = [(engine["stage"], engine["name"]) for engine in told["engines"]]
    assert engines == [("voice", "scripted"), ("voice", "espeak")]
    assert {store["kind"]: store["ok"] for store in told["stores"]} == dict.fromkeys(
        ("database", "bus", "blobs", "content", "clock"), True
    )
    assert [disk["name"] for disk in told["disks"]] == ["data", "backups"]
    assert "backups" in [found["about"] for found in told["findings"]]


async def test_nobody_else_is_told(tmp_path: Path):
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        for role in (Role.LEARNER, Role.TEACHER, Role.EDITOR):
            answer = await (await koto.member(role)).call("GET", "/server")
            assert (answer.status, (await answer.json())["error"]["code"]) == (403, "wrong_role")


async def test_at_most_six_hours_are_told(tmp_path: Path):
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        admin = await koto.member(Role.ADMIN)
        for hours in ("0", "7", "all"):
            assert (await admin.call("GET", f"/server?hours={hours}")).status == 400
