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
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from kotoserver.content.diagnostics import Fix, Mark, Report
from kotoserver.content.sentences import Phrase, phrase
from kotoserver.content.tree import Block, Document, Path


class Authored(BaseModel):
    """A block of an authored file: no unknown keys, no silent conversions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)

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
        if not near:
            self.report.add("E05.unknown", self.document.file, mark, key=key, known=tuple(known))
            return
        fix = self.document.rewritten(mark, near[0]) if near[0] not in block else ()
        self.report.add("E05.mistyped", self.document.file, mark, fix, key=key, near=near[0])

    def report_misfit(self, error: ErrorDetails) -> None:
        """One complaint of pydantic in the author's words, unless the place is known to be wrong already."""
        path = error["loc"]
        mark = self.document.mark(path)
        if error["type"] == "missing":
            if (mark, str(path[-1])) not in self.meant:
                self.report.add("E06.missing", self.document.file, mark, key=str(path[-1]))
        elif not self.report.knows(self.document.file, mark):
            name = next((step for step in reversed(path) if isinstance(step, str)), "file")
            fix = self._quoted(path) if error["type"] == "string_type" else ()
            self.report.add("E06.misfit", self.document.file, mark, fix, key=name, expected=_expected(error))

    def _quoted(self, path: Path) -> Fix:
        """Quotes around a number or `true` where text belongs."""
        is_plain = isinstance(self.document.at(path), int | float)
        return self.document.quoted(self.document.mark(path)) if is_plain else ()


def read_as(model: type[ModelT], document: Document, report: Report) -> ModelT | None:
    """The document as a value of `model`; None when something does not fit, which the report then names."""
    reading = _Reading(document, report)
    try:
        return model.model_validate(document.root, context=reading)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            reading.report_misfit(each)
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


def _expected(error: ErrorDetails) -> Phrase:
    """What belongs there, by pydantic's name for the mistake."""
    name = _EXPECTED.get(error["type"])
    if name is None:
        return phrase("expected.other", message=error["msg"])
    return phrase(f"expected.{name}", **{key: str(value) for key, value in error.get("ctx", {}).items()})


_EXPECTED = {
    "string_type": "text",
    "string_too_short": "some_text",
    "string_pattern_mismatch": "id",
    "int_type": "whole_number",
    "float_type": "number",
    "bool_type": "truth",
    "dict_type": "keys",
    "model_type": "keys",
    "model_attributes_type": "keys",
    "tuple_type": "list",
    "too_short": "more",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "literal_error": "one_of",
    "when_empty": "condition",
}
"""Names of pydantic -> phrases of the catalogue of sentences."""
