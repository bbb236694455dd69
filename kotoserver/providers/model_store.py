"""Recognition models and voices on this machine: which are here, whether they are whole, and bringing them in.

    <models>/whisper/<name>/model.bin …      a CTranslate2 folder
    <models>/piper/<name>.onnx, .onnx.json   a voice
    <models>/models.lock.json                digest and size of every file, as it first came

A digest that nobody knew beforehand is believed the first time (trust on first use) and never changed after.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kotoserver.domain.errors import BadSettings, Conflict, KotoError, NotFound
from kotoserver.providers.known_models import KNOWN_MODELS, Engine, KnownModel
from kotoserver.providers.piper import refuse_unsuitable
from kotoserver.settings import SpeechSettings

_LOCK = "models.lock.json"
_BLOCK = 1 << 20
_SPARE_BYTES = 64_000_000
"""Room that must be left on the disk: a full one stops the database too."""
_OF_A_VOICE = (".onnx", ".onnx.json")
_OF_WHISPER = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    sha256: str
    bytes: int
    source: str
    """Address or folder it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    name: str
    engine: Engine
    files: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        return sum(file.stat().st_size for file in self.files if file.exists())


class ModelStore:
    """The folder of models. Blocking, for the command line and the start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(self) -> Iterator[StoredModel]:
        """Everything that is here, whole or not."""
        for path in sorted((self.folder / Engine.WHISPER).glob("*")):
            if path.is_dir() and not path.name.startswith("."):
                yield self._stored(path.name, Engine.WHISPER)
        for path in sorted((self.folder / Engine.PIPER).glob("*.onnx")):
            yield self._stored(path.stem, Engine.PIPER)

    def path_of(self, engine: Engine, name: str) -> Path:
        """The folder of a recognition model, or the .onnx file of a voice."""
        return self.folder / engine / (name if engine is Engine.WHISPER else f"{name}.onnx")

    def file_of(self, model: KnownModel, file_name: str) -> Path:
        if model.engine is Engine.WHISPER:
            return self.path_of(model.engine, model.name) / file_name
        return self.folder / Engine.PIPER / file_name

    def damage(self, name: str, *, thoroughly: bool) -> list[str]:
        """What is wrong with the files of a model; `thoroughly` reads every byte. NotFound when it is not here."""
        found = [model for model in self.models() if model.name == name]
        if not found:
            raise NotFound(f"The model {name} is not on this machine.", code="no_such_model")
        lock = self.lock()
        return [wrong for file in found[0].files if (wrong := self._wrong_with(file, lock, thoroughly=thoroughly))]

    def lock(self) -> dict[str, LockedFile]:
        """What is known of each file, by its path in the folder. BadSettings when the list is damaged."""
        try:
            written = json.loads((self.folder / _LOCK).read_text("utf-8"))
            return {name: LockedFile(**each) for name, each in written.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError, OSError) as broken:
            raise BadSettings(
                f"The list {self.folder / _LOCK} is damaged; delete it, and models are believed anew as they come."
            ) from broken

    def remember(self, file: Path, known: LockedFile) -> None:
        """Writes down what a file must be from now on."""
        lock = {**self.lock(), self.key(file): known}
        written = json.dumps({name: asdict(each) for name, each in sorted(lock.items())}, indent=2)
        _replace(self.folder / _LOCK, written.encode())

    def key(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()

    def make_room(self, wanted_bytes: int) -> None:
        """Makes the folder. BadSettings when it cannot be made, KotoError `no_room` when the disk is full."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            why = error.strerror or str(error)
            raise BadSettings(
                f"The folder of models {self.folder} cannot be written to ({why}); set KOTO_MODELS_DIR."
            ) from error
        if free < wanted_bytes + _SPARE_BYTES:
            raise KotoError(
                f"{self.folder} has room for {free // 1_000_000} MB, and {wanted_bytes // 1_000_000} MB are "
                "needed and some to spare.",
                code="no_room",
            )

    def bring_in(self, source: Path, name: str | None = None) -> StoredModel:
        """Copies a recognition model's folder, or a voice's .onnx file with its description, from elsewhere.

        BadSettings when it is neither or the voice is not Korean, Conflict `model_damaged` or `model_changed` when
        its bytes are not those that the name stands for.
        """
        engine, files = _parts(source)
        if engine is Engine.PIPER:
            refuse_unsuitable(files[0], setting="")
        name = name or (source.name if engine is Engine.WHISPER else source.name.removesuffix(".onnx"))
        if not name or name.startswith(".") or "/" in name or "\\" in name:
            raise BadSettings(f"{name!r} is no name of a model.")
        self.make_room(sum(file.stat().st_size for file in files))
        copied = [self._copied(file, self._place(engine, name, file, source)) for file in files]
        for part, place, known in copied:
            os.replace(part, place)
            self.remember(place, known)
        return self._stored(name, engine)

    def refuse_other_bytes(self, place: Path, digest: str, expected: str | None) -> None:
        """Conflict when these are not the bytes that stand, or stood at first, for this file."""
        locked = self.lock().get(self.key(place))
        if expected is not None and digest != expected:
            raise Conflict(
                f"{place.name} is not what it should be: its SHA-256 is {digest}, not {expected}.",
                code="model_damaged",
                retryable=False,
            )
        if expected is None and locked is not None and digest != locked.sha256:
            raise Conflict(
                f"{place.name} has other bytes than when it first came from {locked.source}; to believe the new "
                f"ones, take {self.key(place)} out of {self.folder / _LOCK}.",
                code="model_changed",
                retryable=False,
            )

    def _copied(self, file: Path, place: Path) -> tuple[Path, Path, LockedFile]:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{place.name}.part")
        shutil.copyfile(file, part)
        digest = digest_of(part)
        try:
            self.refuse_other_bytes(place, digest, _expected(place))
        except KotoError:
            part.unlink()
            raise
        return part, place, LockedFile(sha256=digest, bytes=part.stat().st_size, source=str(file.parent))

    def _place(self, engine: Engine, name: str, file: Path, source: Path) -> Path:
        if engine is Engine.WHISPER:
            return self.path_of(engine, name) / file.name
        return self.folder / engine / (name + file.name.removeprefix(source.name.removesuffix(".onnx")))

    def _stored(self, name: str, engine: Engine) -> StoredModel:
        path = self.path_of(engine, name)
        if engine is Engine.PIPER:
            files = [path, Path(f"{path}.json")]
        else:
            files = [file for file in path.iterdir() if not file.name.startswith(".")]
            files += [path / needed for needed in _OF_WHISPER if not (path / needed).exists()]
        return StoredModel(name=name, engine=engine, files=tuple(sorted(files)))

    def _wrong_with(self, file: Path, lock: Mapping[str, LockedFile], *, thoroughly: bool) -> str | None:
        if not file.is_file():
            return f"{file.name} is missing"
        known = lock.get(self.key(file))
        if known is not None and file.stat().st_size != known.bytes:
            return f"{file.name} has {file.stat().st_size} bytes and not {known.bytes}"
        expected = _expected(file) or (known.sha256 if known else None)
        if thoroughly and expected is not None and digest_of(file) != expected:
            return f"{file.name} does not have the SHA-256 {expected}"
        return None


def whisper_folder(speech: SpeechSettings) -> Path:
    """The folder of the recognition model that is set; BadSettings says how to get one that is not here."""
    chosen = speech.whisper.model
    if os.sep in chosen:
        folder = Path(chosen).expanduser().absolute()
        if not folder.is_dir():
            raise BadSettings(f"WHISPER_MODEL: there is no folder {folder}.")
        return folder
    return _here(ModelStore(speech.models_dir), "WHISPER_MODEL", Engine.WHISPER, chosen)


def piper_voice(speech: SpeechSettings) -> Path:
    """The .onnx file of the voice that is set; BadSettings says how to get one that is not here."""
    chosen = speech.piper.voice
    if chosen is None:
        raise BadSettings(
            "TTS_PROVIDER names piper, so PIPER_VOICE must be set too: an .onnx file, or a name of "
            "`kotoserver models list`."
        )
    if os.sep in chosen or chosen.endswith(".onnx"):
        return Path(chosen).expanduser().absolute()
    return _here(ModelStore(speech.models_dir), "PIPER_VOICE", Engine.PIPER, chosen)


def _here(store: ModelStore, setting: str, engine: Engine, name: str) -> Path:
    path = store.path_of(engine, name)
    known = KNOWN_MODELS.get(name)
    if known is not None and known.engine is not engine:
        raise BadSettings(f"{setting}: {name} is a model of {known.engine}, not of {engine}.")
    if not path.exists():
        raise BadSettings(f"{setting}: {name} is not on this machine; {_how_to_get(name, known)}.")
    damage = store.damage(name, thoroughly=False)
    if damage:
        raise BadSettings(f"{setting}: {name} is not whole ({'; '.join(damage)}); {_how_to_get(name, known)}.")
    return path


def _how_to_get(name: str, known: KnownModel | None) -> str:
    if known is None:
        return "bring it in with `kotoserver models import`, or choose a name of `kotoserver models list`"
    if not known.files:
        return f"fetch it from {known.source} and bring it in with `kotoserver models import`"
    return f"get it with `kotoserver models pull {name}`"


def _expected(place: Path) -> str | None:
    """The digest that is known of this file of a known model, from elsewhere than its download."""
    model = KNOWN_MODELS.get(place.parent.name) or KNOWN_MODELS.get(place.name.split(".onnx")[0])
    return next((file.sha256 for file in model.files if file.name == place.name), None) if model else None


def _parts(source: Path) -> tuple[Engine, list[Path]]:
    """What kind of model this is, and its files; a folder with one voice in it is that voice."""
    if source.is_dir() and (source / "model.bin").is_file():
        missing = [name for name in _OF_WHISPER if not (source / name).is_file()]
        if missing:
            raise BadSettings(f"The folder {source} is a recognition model without its {' and '.join(missing)}.")
        wanted = (*_OF_WHISPER, "vocabulary.json", "vocabulary.txt", "preprocessor_config.json")
        return Engine.WHISPER, [source / name for name in wanted if (source / name).is_file()]
    voice = source
    if source.is_dir():
        voices = list(source.glob("*.onnx"))
        voice = voices[0] if len(voices) == 1 else source
    files = [voice.with_name(voice.name.removesuffix(".onnx") + suffix) for suffix in _OF_A_VOICE]
    if not voice.name.endswith(".onnx") or not all(file.is_file() for file in files):
        raise BadSettings(
            f"{source} is neither a folder with model.bin, config.json and tokenizer.json (a recognition model) "
            "nor an .onnx file with its .onnx.json beside it (a voice)."
        )
    return Engine.PIPER, files


def digest_of(file: Path) -> str:
    """SHA-256 of the whole file."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
