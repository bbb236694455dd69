"""Files of sentences as they come: from other systems, from other tools, cut short, joined, and wrong."""

import json
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import pytest

from kotoserver.bootstrap.judging import Judge
from kotoserver.cli.evaluate import answers
from kotoserver.domain.evaluation import Evaluation, Expectation
from tests.processes import run
from tests.small_scene import said

GOOD = {"id": 1, "npc_line": "뭐 드릴까요?", "examples": ["라떼 한 잔 주세요."], "learner": "라떼 한 잔 주세요"}


def told(*lines: bytes) -> list[dict[str, Any]]:
    """What the command answers these lines, whatever the verdicts."""
    return list(answers(lines, {}, lenient()))


def lenient() -> Judge:
    def judge(text: str, expectation: Expectation) -> Evaluation:
        return said(text)

    return judge


def line(**fields: object) -> bytes:
    return json.dumps({**GOOD, **fields}, ensure_ascii=False).encode()


def test_blank_lines_are_passed_over():
    assert [answer["id"] for answer in told(b"\n", line(id="a"), b"  \r\n", line(id="b") + b"\r\n")] == ["a", "b"]


def test_a_mark_of_byte_order_may_stand_before_any_line():
    assert [answer["id"] for answer in told(BOM_UTF8 + line(id="a"), BOM_UTF8 + line(id="b"))] == ["a", "b"]


def test_the_same_id_may_come_twice():
    assert [answer["id"] for answer in told(line(id="a"), line(id="a"))] == ["a", "a"]


@pytest.mark.parametrize(
    "field", ["id", "npc_line", "slots", "synonyms", "target_level", "also_ok", "scene", "turn"]
)
def test_an_optional_field_may_be_null(field: str):
    (answer,) = told(line(**{field: None}))
    assert answer["verdict"] == "accept"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"nonsense", "bad_json"),
        (line()[:-9], "bad_json"),
        (b"[]", "bad_line"),
        (b"null", "bad_line"),
        (b'"text"', "bad_line"),
        (b"{}", "bad_line"),
        (line(learner=None), "bad_line"),
        (b'{"id": ' + b"[" * 100_000, "bad_json"),
        (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "bad_json"),
        (b'{"id": ' + b"9" * 10_000 + b"}", "bad_json"),
        (b'{"id": NaN, "learner": "x"}', "bad_line"),
        (b'{"id": 1e999, "learner": "x"}', "bad_line"),
        (b'{"id": "\\ud800"}', "bad_json"),
        (line().decode().encode("utf-16"), "bad_json"),
        (line().decode().encode("cp949"), "bad_json"),
        (line(learner="가" * 1_000_000), "bad_line"),
        (line(npc_line="네 " * 100_000), "bad_line"),
        (line(examples=["네."] * 51), "bad_line"),
        (line(slots={f"slot{number}": ["라떼"] for number in range(51)}), "bad_line"),
        (line(slots={"drink": ["라떼"] * 201}), "bad_line"),
        (line(synonyms={"라떼": ["카페오레"] * 201}), "bad_line"),
        (line(synonyms={f"말{number}": ["라떼"] for number in range(201)}), "bad_line"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value,
)
def test_a_bad_line_has_its_error_in_its_place(bad: bytes, code: str):
    before, answer, after = told(line(id="before"), bad, line(id="after"))
    assert (before["id"], after["id"]) == ("before", "after")
    assert answer["error"]["code"] == code


def test_a_line_that_is_no_question_keeps_its_id():
    assert [answer["id"] for answer in told(line(id="a", learner=5), line(id=7, examples=[]))] == ["a", 7]


def test_every_answer_is_json_in_utf_8_whatever_the_line_and_the_terminal(tmp_path: Path):
    lines = [line(id="a"), b'{"id": "\\ud800"}', b'{"id": 1e999}', b"\xff", line(id="b")]
    questions = tmp_path / "questions.jsonl"
    questions.write_bytes(BOM_UTF8 + b"\r\n".join(lines))
    judged = run(tmp_path, "evaluate", "--jsonl", str(questions), PYTHONIOENCODING="ascii:strict:")
    assert judged.returncode == 1, judged.stderr
    found = [json.loads(each, parse_constant=pytest.fail) for each in judged.stdout.splitlines()]
    assert [answer["id"] for answer in found] == ["a", None, None, None, "b"]
    assert found[0]["score"] == 100
