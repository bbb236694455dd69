"""Models on this machine: fetched over bad networks, brought in by hand, and refused when they are not whole."""

import hashlib
import random
from collections import deque
from pathlib import Path

import pytest

from kotoserver.domain.errors import BadSettings, Conflict, KotoError, NotFound, ProviderFailed
from kotoserver.providers.known_models import KNOWN_MODELS, Engine, KnownModel, ModelFile
from kotoserver.providers.model_downloads import Downloads, Patience
from kotoserver.providers.model_store import ModelStore, piper_voice, whisper_folder
from kotoserver.settings import Settings, SpeechSettings
from tests.providers.file_server import Publisher, publishing
from tests.providers.tiny_piper import build as build_piper_voice

WEIGHTS = random.Random(5).randbytes(1_000_000)
FILES = {
    "/x/config.json": b"{}",
    "/x/tokenizer.json": b'{"version": "1.0"}',
    "/x/vocabulary.txt": b"a\nb\n",
    "/x/model.bin": WEIGHTS,
}
QUICK = Patience(tries=3, pause_seconds=0, silence_seconds=0.2)


def catalogue(digest: str | None = None) -> dict[str, KnownModel]:
    files = [
        ModelFile(name=path.removeprefix("/x/"), url=f"https://hub.example{path}", sha256=None) for path in FILES
    ]
    files[-1] = ModelFile(name="model.bin", url="https://hub.example/x/model.bin", sha256=digest)
    model = KnownModel(
        name="ours",
        engine=Engine.WHISPER,
        source="https://hub.example/x",
        megabytes=1,
        licence="MIT",
        note="",
        files=tuple(files),
    )
    return {"ours": model}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def downloads(folder: Path, publisher: Publisher, known: str | None = None) -> Downloads:
    return Downloads(
        ModelStore(folder), publisher.url, lambda *step: None, patience=QUICK, models=catalogue(known)
    )


def weights(folder: Path) -> bytes:
    return (folder / "whisper" / "ours" / "model.bin").read_bytes()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def speech(folder: Path, **environ: str) -> SpeechSettings:
    return Settings.from_environ({"KOTO_MODELS_DIR": str(folder), **environ}).speech


async def test_a_model_is_fetched_whole_and_written_down(tmp_path: Path):
    async with publishing(FILES) as publisher:
        await downloads(tmp_path, publisher, digest(WEIGHTS)).pull("ours")
    store = ModelStore(tmp_path)
    assert weights(tmp_path) == WEIGHTS
    assert store.lock()["whisper/ours/model.bin"].sha256 == digest(WEIGHTS)
    assert store.damage("ours", thoroughly=True) == []
    assert whisper_folder(speech(tmp_path, WHISPER_MODEL="ours")) == tmp_path / "whisper" / "ours"
    assert {name for name in names_in(tmp_path) if name.startswith(".")} == set()


async def test_what_is_here_already_is_not_fetched_again(tmp_path: Path):
    async with publishing(FILES) as publisher:
        await downloads(tmp_path, publisher).pull("ours")
        publisher.asked.clear()
        await downloads(tmp_path, publisher).pull("ours")
    assert publisher.asked == []


async def test_a_connection_that_is_cut_goes_on_where_it_stopped(tmp_path: Path):
    async with publishing(FILES, answers=deque(["", "", "", "cut", "cut", "cut", "cut", "cut"])) as publisher:
        await downloads(tmp_path, publisher, digest(WEIGHTS)).pull("ours")
    starts = [int(asked[6:-1]) for path, asked in publisher.asked if path == "/x/model.bin" and asked]
    assert weights(tmp_path) == WEIGHTS
    assert len(starts) >= 1
    assert starts == sorted(starts)
    assert starts[0] > 0


async def test_the_same_command_goes_on_after_it_was_given_up(tmp_path: Path):
    async with publishing(FILES, answers=deque(["", "", "", "cut", "503", "503"])) as publisher:
        with pytest.raises(ProviderFailed) as failed:
            await downloads(tmp_path, publisher).pull("ours")
        publisher.asked.clear()
        await downloads(tmp_path, publisher).pull("ours")
    assert failed.value.code == "model_unreachable"
    assert weights(tmp_path) == WEIGHTS
    assert [path for path, _ in publisher.asked] == ["/x/model.bin"]
    assert publisher.asked[0][1] is not None


async def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(tmp_path: Path):
    changed = random.Random(6).randbytes(1_000_000)
    async with publishing(dict(FILES), answers=deque(["", "", "", "cut", "503", "503"])) as publisher:
        with pytest.raises(ProviderFailed):
            await downloads(tmp_path, publisher).pull("ours")
        publisher.files["/x/model.bin"], publisher.etag = changed, '"v2"'
        await downloads(tmp_path, publisher).pull("ours")
    assert weights(tmp_path) == changed


@pytest.mark.parametrize("etag", [None, 'W/"v1"'])
async def test_without_a_mark_of_the_version_nothing_is_pieced_together(tmp_path: Path, etag: str | None):
    async with publishing(FILES, etag=etag, answers=deque(["", "", "", "cut"])) as publisher:
        await downloads(tmp_path, publisher).pull("ours")
    assert weights(tmp_path) == WEIGHTS
    assert {asked for _, asked in publisher.asked} == {None}


@pytest.mark.parametrize("wrong", ["whole", "other range", "503", "hang", "promise more"])
async def test_an_answer_that_goes_wrong_after_a_break_spoils_nothing(tmp_path: Path, wrong: str):
    async with publishing(FILES, answers=deque(["", "", "", "cut", wrong])) as publisher:
        await downloads(tmp_path, publisher, digest(WEIGHTS)).pull("ours")
    assert weights(tmp_path) == WEIGHTS


async def test_wrong_bytes_are_refused_and_not_kept(tmp_path: Path):
    async with publishing(FILES | {"/x/model.bin": b"something else"}) as publisher:
        with pytest.raises(Conflict) as refused:
            await downloads(tmp_path, publisher, digest(WEIGHTS)).pull("ours")
    assert refused.value.code == "model_damaged"
    assert digest(WEIGHTS) in refused.value.message
    assert names_in(tmp_path) & {"model.bin", ".model.bin.part", ".model.bin.part.mark"} == set()


async def test_bytes_that_nobody_knows_are_believed_the_first_time_only(tmp_path: Path):
    async with publishing(dict(FILES)) as publisher:
        await downloads(tmp_path, publisher).pull("ours")
        (tmp_path / "whisper" / "ours" / "model.bin").unlink()
        publisher.files["/x/model.bin"] = b"other weights"
        with pytest.raises(Conflict) as refused:
            await downloads(tmp_path, publisher).pull("ours")
    assert refused.value.code == "model_changed"


async def test_a_damaged_file_is_fetched_anew(tmp_path: Path):
    async with publishing(FILES) as publisher:
        await downloads(tmp_path, publisher).pull("ours")
        (tmp_path / "whisper" / "ours" / "model.bin").write_bytes(WEIGHTS[:-1] + b"\0")
        store = ModelStore(tmp_path)
        assert store.damage("ours", thoroughly=False) == []
        assert "model.bin does not have the SHA-256" in store.damage("ours", thoroughly=True)[0]
        await downloads(tmp_path, publisher).pull("ours")
    assert weights(tmp_path) == WEIGHTS


async def test_a_web_page_in_place_of_a_file_is_not_believed(tmp_path: Path):
    async with publishing(FILES, answers=deque(["page"])) as publisher:
        with pytest.raises(ProviderFailed, match="answered with a web page"):
            await downloads(tmp_path, publisher).pull("ours")


async def test_a_file_that_is_not_there_is_not_asked_for_again(tmp_path: Path):
    async with publishing({}) as publisher:
        with pytest.raises(ProviderFailed, match="answered with 404") as failed:
            await downloads(tmp_path, publisher).pull("ours")
    assert failed.value.code == "model_unreachable"
    assert len(publisher.asked) == 1


async def test_a_publisher_that_cannot_be_reached_is_named(tmp_path: Path):
    store = ModelStore(tmp_path)
    nowhere = Downloads(store, "http://127.0.0.1:1", lambda *step: None, patience=QUICK, models=catalogue())
    with pytest.raises(ProviderFailed, match=r"could not be fetched from http://127\.0\.0\.1:1/x/config\.json"):
        await nowhere.pull("ours")


async def test_progress_ends_with_the_whole_of_each_file(tmp_path: Path):
    steps: list[tuple[str, int, int | None]] = []
    async with publishing(FILES) as publisher:
        store = ModelStore(tmp_path)
        await Downloads(
            store, publisher.url, lambda *step: steps.append(step), patience=QUICK, models=catalogue()
        ).pull("ours")
    last = {name: (here, whole) for name, here, whole in steps}
    assert last == {path.removeprefix("/x/"): (len(content), len(content)) for path, content in FILES.items()}


async def test_an_unknown_name_is_refused_with_those_that_can_be_pulled(tmp_path: Path):
    downloads = Downloads(ModelStore(tmp_path), None, lambda *step: None)
    with pytest.raises(NotFound, match=r"There is no model bas; .*tiny, base, small"):
        await downloads.pull("bas")
    with pytest.raises(NotFound, match="ko_KO-kss_low cannot be pulled"):
        await downloads.pull("ko_KO-kss_low")


def test_a_full_disk_is_told_before_it_is_full(tmp_path: Path):
    with pytest.raises(KotoError) as refused:
        ModelStore(tmp_path).make_room(10**18)
    assert refused.value.code == "no_room"


def put_model(folder: Path, weights: bytes = WEIGHTS) -> Path:
    folder.mkdir(parents=True)
    for path, content in (FILES | {"/x/model.bin": weights}).items():
        (folder / path.removeprefix("/x/")).write_bytes(content)
    (folder / "README.md").write_text("left behind")
    return folder


def test_a_folder_from_elsewhere_is_brought_in_without_the_network(tmp_path: Path):
    store = ModelStore(tmp_path / "models")
    stored = store.bring_in(put_model(tmp_path / "usb" / "mine"))
    assert (stored.name, stored.engine) == ("mine", Engine.WHISPER)
    assert store.damage("mine", thoroughly=True) == []
    assert not (tmp_path / "models" / "whisper" / "mine" / "README.md").exists()
    assert whisper_folder(speech(tmp_path / "models", WHISPER_MODEL="mine")).name == "mine"


def test_a_folder_that_only_bears_a_known_name_is_refused(tmp_path: Path):
    store = ModelStore(tmp_path / "models")
    with pytest.raises(Conflict) as refused:
        store.bring_in(put_model(tmp_path / "usb" / "base"))
    assert refused.value.code == "model_damaged"
    assert not (tmp_path / "models" / "whisper" / "base" / "model.bin").exists()


def test_a_voice_from_elsewhere_is_brought_in_under_another_name(tmp_path: Path):
    voice = build_piper_voice(tmp_path / "v.onnx")
    store = ModelStore(tmp_path / "models")
    store.bring_in(voice, "minji")
    settings = speech(tmp_path / "models", PIPER_VOICE="minji")
    assert piper_voice(settings) == tmp_path / "models" / "piper" / "minji.onnx"
    assert (tmp_path / "models" / "piper" / "minji.onnx.json").read_bytes() == Path(f"{voice}.json").read_bytes()


def test_a_voice_that_is_not_korean_is_not_brought_in(tmp_path: Path):
    voice = build_piper_voice(tmp_path / "v.onnx", language={"code": "en_US"})
    with pytest.raises(BadSettings) as refused:
        ModelStore(tmp_path / "models").bring_in(voice, "amy")
    assert refused.value.message == "v.onnx is a voice for `en_US`, not for Korean."
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("name", ["../evil", ".hidden", "a/b", ""])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str):
    source = put_model(tmp_path / "usb" / "mine")
    if name:
        with pytest.raises(BadSettings, match="is no name of a model"):
            ModelStore(tmp_path / "models").bring_in(source, name)
    else:
        assert ModelStore(tmp_path / "models").bring_in(source, name).name == "mine"


def test_what_is_no_model_is_refused_with_what_would_be_one(tmp_path: Path):
    with pytest.raises(BadSettings, match=r"neither a folder with model\.bin.* nor an \.onnx file"):
        ModelStore(tmp_path / "models").bring_in(tmp_path)
    (put_model(tmp_path / "half") / "tokenizer.json").unlink()
    with pytest.raises(BadSettings, match=r"without its tokenizer\.json"):
        ModelStore(tmp_path / "models").bring_in(tmp_path / "half")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "WHISPER_MODEL: base is not on this machine; get it with `kotoserver models pull base`."),
        ({"WHISPER_MODEL": "mine"}, "bring it in with `kotoserver models import`, or choose a name of"),
        ({"WHISPER_MODEL": "/no/such"}, "WHISPER_MODEL: there is no folder /no/such."),
        ({"WHISPER_MODEL": "mms-tts-kor"}, "mms-tts-kor is a model of piper, not of whisper."),
    ],
)
def test_a_start_without_the_model_says_how_to_get_it(tmp_path: Path, environ: dict[str, str], sentence: str):
    with pytest.raises(BadSettings) as refused:
        whisper_folder(speech(tmp_path, **environ))
    assert sentence in refused.value.message


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "PIPER_VOICE must be set too"),
        ({"PIPER_VOICE": "ko_KO-kss_low"}, "fetch it from https://huggingface.co/mukowaty/mimic3-voices"),
    ],
)
def test_a_start_without_the_voice_says_how_to_get_it(tmp_path: Path, environ: dict[str, str], sentence: str):
    with pytest.raises(BadSettings) as refused:
        piper_voice(speech(tmp_path, **environ))
    assert sentence in refused.value.message


def test_a_model_that_lost_bytes_is_refused_at_the_start(tmp_path: Path):
    store = ModelStore(tmp_path / "models")
    store.bring_in(put_model(tmp_path / "usb" / "mine"))
    (tmp_path / "models" / "whisper" / "mine" / "model.bin").write_bytes(WEIGHTS[:10])
    with pytest.raises(BadSettings, match=r"mine is not whole .model\.bin has 10 bytes and not 1000000"):
        whisper_folder(speech(tmp_path / "models", WHISPER_MODEL="mine"))


def test_a_damaged_list_of_digests_gets_one_plain_sentence(tmp_path: Path):
    (tmp_path / "models.lock.json").write_text('{"x": 1}')
    with pytest.raises(BadSettings, match=r"models\.lock\.json is damaged"):
        ModelStore(tmp_path).lock()


def test_every_known_model_says_where_it_is_from_and_under_which_licence():
    for model in KNOWN_MODELS.values():
        assert model.source.startswith("https://")
        assert model.licence
        assert all(file.url.startswith(model.source) for file in model.files)
        if model.engine is Engine.WHISPER:
            assert {"config.json", "tokenizer.json", "model.bin"} < {file.name for file in model.files}
