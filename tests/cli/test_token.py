"""Making editors from the command line."""

from pathlib import Path

from tests.apps import Guest, serving
from tests.processes import run


async def test_a_token_from_the_command_line_opens_the_calls_for_editors(tmp_path: Path):
    made = run(tmp_path, "token", "--role", "editor", "--name", "Minji")
    assert made.returncode == 0, made.stderr
    async with serving(tmp_path) as koto:
        editor = Guest(koto, made.stdout.strip(), "")
        me = await editor.get("/me")
        assert (me["role"], me["name"]) == ("editor", "Minji")
        assert me["learner_id"] in made.stderr
        question = {"scene_id": "cafe", "turn": "order", "text": "라떼 한 잔 주세요."}
        assert (await editor.call("POST", "/evaluate", json=question)).status == 200


def test_standard_output_holds_the_token_and_nothing_else(tmp_path: Path):
    made = run(tmp_path, "token", "--role", "teacher")
    assert len(made.stdout.split()) == 1
    assert made.stdout.strip() not in made.stderr


def test_a_name_that_is_too_long_is_one_sentence(tmp_path: Path):
    refused = run(tmp_path, "token", "--role", "editor", "--name", "x" * 61)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)


def test_an_unknown_role_is_refused_with_those_that_there_are(tmp_path: Path):
    refused = run(tmp_path, "token", "--role", "king")
    assert refused.returncode == 2
    for role in ("learner", "teacher", "editor", "admin"):
        assert role in refused.stderr
