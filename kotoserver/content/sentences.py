"""The words of findings: every sentence once per language, in `sentences.yaml`, with named parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Union, get_args

import yaml

from kotoserver.domain.langpack import fill_placeholders

Language = Literal["en", "ko", "id"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Param = Union[str, int, "Phrase", tuple["Param", ...]]
"""A list is told with commas, a list of phrases with semicolons."""
Params = tuple[tuple[str, Param], ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that is itself worded in the reader's language."""

    name: str
    params: Params = ()


def phrase(name: str, **params: Param) -> Phrase:
    return Phrase(name, tuple(params.items()))


@cache
def catalogue() -> Mapping[str, Mapping[Language, str]]:
    """Sentence or phrase -> its template in each language."""
    path = Path(__file__).with_name("sentences.yaml")
    read: dict[str, dict[Language, str]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return read


def worded(key: str, params: Params, language: Language) -> str:
    """The sentence with its parameters. KeyError for one that the catalogue lacks (a test sees to it)."""
    template = catalogue()[key][language]
    return fill_placeholders(template, {name: told(value, language) for name, value in params})


def told(value: Param, language: Language) -> str:
    """A parameter, or a phrase by itself, as it is read."""
    match value:
        case Phrase():
            return worded(value.name, value.params, language)
        case tuple():
            each_told = [told(each, language) for each in value]
            return ("; " if any(isinstance(each, Phrase) for each in value) else ", ").join(each_told)
        case _:
            return str(value)
