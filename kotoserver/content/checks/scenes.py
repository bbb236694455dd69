"""Every check of a scene, in one pass."""

from collections.abc import Collection

from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.advice import advise
from kotoserver.content.checks.catalog_names import check_catalog_names
from kotoserver.content.checks.flow import check_flow
from kotoserver.content.checks.lines import check_lines
from kotoserver.content.checks.placeholders import check_placeholders
from kotoserver.content.checks.slots import check_slots
from kotoserver.content.checks.wording import check_examples, check_scoring
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource


def check_draft(source: SceneSource, catalogs: Catalogs, pack_ids: Collection[str], findings: Findings) -> None:
    """Adds whatever is wrong with a draft whose keys are all in order."""
    check_by_itself(source, findings)
    check_catalog_names(source, catalogs, findings)
    check_examples(source, catalogs, findings)
    for number, pack_id in enumerate(source.packs):
        if pack_id not in pack_ids:
            findings.at("E19", ("packs", number), f"There is no pack `{pack_id}` to translate this scene.")
    if not findings.read_in_part():
        advise(source, findings)


def check_by_itself(source: SceneSource, findings: Findings) -> None:
    """What must hold for a scene to be playable at all, whatever stands in the catalogs."""
    check_lines(source, findings)
    check_flow(source, findings)
    check_slots(source, findings)
    check_placeholders(source, findings)
    check_scoring(source, findings)
