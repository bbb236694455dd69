"""Whatever stands in a file, the answer is diagnostics and never an exception."""

import random
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.content.catalogs import Catalogs, read_catalogs
from kotoserver.content.checks.scenes import Surroundings
from kotoserver.content.compiler import (
    CompilationResult,
    compile_pack,
    compile_published_pack,
    compile_published_scene,
    compile_scene,
)
from kotoserver.content.diagnostics import MOST_FINDINGS, Report, errors
from kotoserver.domain.scene import Scene
from kotoserver.domain.session import SessionState, advance, begin
from tests.small_scene import said

ROOT = Path(__file__).parents[2]
SCENE = (ROOT / "scenes" / "cafe" / "scene.yaml").read_text("utf-8")
PUBLISHED = (ROOT / "scenes" / "cafe" / "versions" / "0001.yaml").read_text("utf-8")
PACK = (ROOT / "langpacks" / "ko-id" / "pack.yaml").read_text("utf-8")
PART = (ROOT / "langpacks" / "ko-id" / "scenes" / "cafe.yaml").read_text("utf-8")
SPLINTERS = [": ", " #", "{", "}", "[", "]", '"', "'", "\t", "\n", "- ", "&a ", "*a", "!x "]
SPLINTERS += ["on", "010", "|", ">", "?", "…", "\x00", "otherwise", "again", "finish"]


def _catalogs() -> Catalogs:
    catalogs = read_catalogs(ROOT / "scenes", Report())
    assert catalogs is not None
    return catalogs


CATALOGS = _catalogs()
AROUND = Surroundings(pack_ids=("ko-id", "ko-en", "ko-ko"))


def play_dumbly(scene: Scene) -> None:
    """To the end, first by never being understood, then by always giving the first answer there is."""
    for understood in (False, True):
        progress = begin(scene).progress
        while progress.state is SessionState.ACTIVE:
            intent = scene.turn(progress.turn).intents[0]
            fills = {slot: next(iter(scene.slots[slot].values), 1) for slot in intent.needs}
            heard = said(intent=intent.id, slots=fills) if understood else said(intent=None, score=0)
            progress = advance(progress, scene, heard).progress


def assert_sound(result: CompilationResult) -> None:
    """Either a scene that can begin, or at least one error with a place in the file."""
    if result.scene is None:
        assert errors(result.diagnostics)
    else:
        play_dumbly(result.scene)
    for each in result.diagnostics:
        assert each.line >= 1
        assert each.column >= 1


@given(st.one_of(st.binary(), st.text()))
def test_any_bytes_as_a_file_give_diagnostics(content: bytes | str):
    assert_sound(compile_scene(content, "any.yaml", CATALOGS, AROUND))
    assert_sound(compile_published_scene(content, "any.yaml"))
    assert compile_published_pack(content, "any.yaml").pack is None


@given(st.recursive(st.sampled_from(SPLINTERS), lambda inner: st.lists(inner).map("".join)))
def test_any_heap_of_yaml_signs_gives_diagnostics(content: str):
    assert_sound(compile_scene(content, "any.yaml", CATALOGS, AROUND))


def mutated(text: str, chance: random.Random) -> str:
    """The text after a few accidents at the keyboard."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at]
                lines = lines or [""]
            case 1:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 2:
                lines[at] = " " * chance.randrange(12) + lines[at].lstrip()
            case 3:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice(SPLINTERS) + lines[at][cut:]
            case 4:
                words = lines[at].split(" ")
                chance.shuffle(words)
                lines[at] = " ".join(words)
            case _:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + lines[at][cut + chance.randrange(6) :]
    return "\n".join(lines)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_a_scene_after_accidents_compiles_or_says_why(chance: random.Random):
    assert_sound(compile_scene(mutated(SCENE, chance), "scene.yaml", CATALOGS, AROUND))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_a_published_scene_after_accidents_compiles_or_says_why(chance: random.Random):
    assert_sound(compile_published_scene(mutated(PUBLISHED, chance), "0001.yaml"))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_a_pack_after_accidents_compiles_or_says_why(chance: random.Random):
    scene = compile_published_scene(PUBLISHED, "0001.yaml").scene
    assert scene is not None
    files = {"scenes/cafe.yaml": mutated(PART, chance)}
    result = compile_pack(mutated(PACK, chance), "pack.yaml", files, CATALOGS, {"cafe": scene})

    assert (result.pack is None) == bool(errors(result.diagnostics))


def test_ten_thousand_brackets_are_one_finding():
    for text in ("[" * 10_000, "- " * 10_000, "{a: " * 10_000):
        result = compile_scene(text, "deep.yaml", CATALOGS, AROUND)

        assert [each.code for each in result.diagnostics] == ["E01"]


def test_anchors_cannot_swell_a_file():
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]

    result = compile_scene("\n".join(lines), "laughs.yaml", CATALOGS, AROUND)

    assert [each.code for each in result.diagnostics] == ["E01"]


def test_a_file_of_many_megabytes_is_refused_unread():
    result = compile_scene("a: b\n" * 1_000_000, "large.yaml", CATALOGS, AROUND)

    assert [each.code for each in result.diagnostics] == ["E01"]


def test_a_file_of_nothing_but_mistakes_is_told_in_part():
    for text in ("a: 1\n" * 100_000, "a:\n" + "- yes\n" * 100_000, "".join(f"k{n}: 1\n" for n in range(50_000))):
        result = compile_scene("schema: scene/1\n" + text, "long.yaml", CATALOGS, AROUND)

        assert 1 <= len(result.diagnostics) <= MOST_FINDINGS


def test_text_typed_in_single_letters_is_put_together():
    decomposed = unicodedata.normalize("NFD", SCENE)

    result = compile_scene(decomposed, "scene.yaml", CATALOGS, AROUND)

    assert result.scene is not None
    assert result.scene.title == "카페에서 주문하기"
