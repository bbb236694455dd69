"""The reference of the formats, `docs/scene-format.md`, written from the models that the loader itself uses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kotoserver.content.authored import Authored
from kotoserver.content.pack_schema import PackSource, ScenePackSource
from kotoserver.content.scene_schema import SceneSource
from kotoserver.content.schemas import write_schemas
from kotoserver.content.trial_schema import TrialsSource

_FILES: tuple[tuple[str, type[Authored]], ...] = (
    ("scene.yaml", SceneSource),
    ("tests.yaml", TrialsSource),
    ("pack.yaml", PackSource),
    ("a pack's scenes/*.yaml", ScenePackSource),
)
_BOUNDS = (("from", "minimum"), ("to", "maximum"))
_HEAD = """\
# The formats key by key

Written from the models that the loader uses; `python -m kotoserver.content.reference` writes it anew, and the JSON
Schemas of `scenes/schema/` with it. What the keys are for is told in [Writing a scene](writing-scenes.md) and
[Writing a language pack](writing-language-packs.md). A single item may stand where a list is allowed. Keys in bold
are required.
"""


def reference_text() -> str:
    """The whole document."""
    return _HEAD + "".join(_file(name, model) for name, model in _FILES)


def _file(name: str, model: type[Authored]) -> str:
    schema = model.model_json_schema()
    blocks = [(name, schema), *((each, schema["$defs"][each]) for each in _reached(schema))]
    told = "".join(_block(title, each) for title, each in blocks if each.get("properties"))
    return f"\n## {name}\n{told}"


def _reached(schema: dict[str, Any]) -> list[str]:
    """Blocks in the order in which the file meets them; what publishing adds is left out."""
    found: list[str] = []

    def visit(value: object) -> None:
        match value:
            case {"$ref": str(ref)}:
                name = ref.rsplit("/", 1)[1]
                if name not in found:
                    found.append(name)
                    visit(schema["$defs"][name])
            case dict():
                for inner in value.values():
                    visit(inner)
            case list():
                for inner in value:
                    visit(inner)

    visit({key: value for key, value in schema["properties"].items() if key != "pinned"})
    return found


def _block(title: str, schema: dict[str, Any]) -> str:
    heading = "" if "." in title else f"\n### {title.removesuffix('Source')}\n"
    rows = "".join(_rows(schema))
    return f"{heading}\n| key | value | what it is |\n|---|---|---|\n{rows}"


def _rows(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", ())
    for key, field in schema["properties"].items():
        if key == "pinned":
            continue
        name = f"**`{key}`**" if key in required else f"`{key}`"
        told = " ".join(field.get("description", "").split()).replace("|", "\\|")
        yield f"| {name} | {_kind(field)} | {told} |\n"
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        yield f"| any other name | {_kind(others)} | One of them. |\n"


def _kind(field: dict[str, Any]) -> str:
    """The value in a few words."""
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[1].removesuffix("Source")
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if "anyOf" in field:
        kinds = [each for each in field["anyOf"] if each.get("type") != "null"]
        told = dict.fromkeys(_kind(each) for each in kinds if each.get("type") != "array")
        if len(told) < len(kinds) and any(each.get("type") == "array" for each in kinds):
            return f"{' or '.join(told)}, or a list of them"
        return " or ".join(told)
    match field.get("type"):
        case "array":
            return f"list of {_kind(field.get('items', {}))}"
        case "object":
            patterns = list(field.get("patternProperties", {}).values())
            inner = patterns[0] if patterns else field.get("additionalProperties")
            return f"names, each with {_kind(inner)}" if isinstance(inner, dict) else "keys"
        case "integer":
            bounds = (f"{word} {field[each]}" for word, each in _BOUNDS if each in field)
            return " ".join(("whole number", *bounds))
        case "number":
            return "number"
        case "boolean":
            return "true or false"
        case _:
            return "text"


if __name__ == "__main__":
    root = Path(__file__).parents[2]
    (root / "docs" / "scene-format.md").write_text(reference_text(), "utf-8")
    write_schemas(root / "scenes" / "schema")
