"""Checks a tree of plain values against a model of pydantic and says what does not fit, all of it at once."""

import difflib
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from kotoserver.content.diagnostics import Mark, Report
from kotoserver.content.tree import Block, Document, Path


class Authored(BaseModel):
    """A block of an authored file: no unknown keys, no silent conversions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _report_unknown_keys(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, Block) or not isinstance(info.context, _Reading):
            return value
        known = [field.alias or name for name, field in cls.model_fields.items()]
        if cls.model_config.get("extra") == "allow":
            return dict(value)
        for key in (key for key in value if key not in known):
            info.context.unknown_key(value, key, known)
        return {key: each for key, each in value.items() if key in known}


ModelT = TypeVar("ModelT", bound=Authored)


class _Reading:
    """Where findings go while one document is read."""

    def __init__(self, document: Document, report: Report) -> None:
        self.document = document
        self.report = report
        self.meant: set[tuple[Mark, str]] = set()
        """Block and key that a mistyped key probably stands for, which is then not missing as well."""

    def unknown_key(self, block: Block, key: str, known: list[str]) -> None:
        mark = block.key_marks[key]
        if self.report.is_full(self.document.file) or self.report.knows(self.document.file, mark):
            return
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        self.meant |= {(block.mark, each) for each in near}
        advice = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}."
        self.report.add("E05", self.document.file, mark, f"The key `{key}` is not known here; {advice}")

    def report_misfit(self, kind: str, path: Path, message: str) -> None:
        """One complaint of pydantic in the author's words, unless the place is known to be wrong already."""
        mark = self.document.mark(path)
        if kind == "missing":
            if (mark, str(path[-1])) not in self.meant:
                sentence = f"The key `{path[-1]}` is missing here."
                self.report.add("E06", self.document.file, mark, sentence)
        elif not self.report.knows(self.document.file, mark):
            self.report.add("E06", self.document.file, mark, _sentence(kind, path, message))


def read_as(model: type[ModelT], document: Document, report: Report) -> ModelT | None:
    """The document as a value of `model`; None when something does not fit, which the report then names."""
    reading = _Reading(document, report)
    try:
        return model.model_validate(document.root, context=reading)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            reading.report_misfit(each["type"], each["loc"], each["msg"])
        return None


class _LoneItem:
    """Lets a single item stand where a list is allowed."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_tuple, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


T = TypeVar("T")
OneOrMany = Annotated[tuple[T, ...], _LoneItem()]


class _Otherwise:
    """Reads the word `otherwise` as None."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_unless_otherwise, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        condition = next(each for each in handler(schema)["anyOf"] if each.get("type") != "null")
        return {"anyOf": [{"const": "otherwise"}, condition]}


def _unless_otherwise(value: object) -> object:
    if value == "otherwise":
        return None
    if not value:
        raise PydanticCustomError("when_empty", "write a condition, or the word `otherwise`")
    return value


When = Annotated[T | None, _Otherwise()]

Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _sentence(kind: str, path: Path, message: str) -> str:
    name = next((step for step in reversed(path) if isinstance(step, str)), "file")
    return f"`{name}`: {_EXPECTED.get(kind, message)}."


_EXPECTED = {
    "string_type": "text is expected here; put quotes around it",
    "string_too_short": "this text is empty",
    "string_pattern_mismatch": "small Latin letters, digits and `_` are expected, or an id such as L010",
    "int_type": "a whole number is expected here",
    "float_type": "a number is expected here",
    "bool_type": "true or false is expected here",
    "dict_type": "keys with values are expected here",
    "model_type": "keys with values are expected here",
    "model_attributes_type": "keys with values are expected here",
    "tuple_type": "a list is expected here",
}
