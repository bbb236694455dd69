"""Every check of a scene, in one pass."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.advice import advise
from kotoserver.content.checks.catalog_names import check_catalog_names
from kotoserver.content.checks.flow import check_flow
from kotoserver.content.checks.length import advise_on_length
from kotoserver.content.checks.lines import check_lines
from kotoserver.content.checks.placeholders import check_placeholders
from kotoserver.content.checks.retired import check_retired
from kotoserver.content.checks.rules import advise_on_rules
from kotoserver.content.checks.skips import advise_on_skips
from kotoserver.content.checks.slots import check_slots
from kotoserver.content.checks.staging import Recordings, advise_on_cues, advise_on_recordings
from kotoserver.content.checks.wording import check_examples, check_scoring
from kotoserver.content.findings import Findings
from kotoserver.content.fresh_ids import FreshIds, written_ids
from kotoserver.content.scene_schema import SceneSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies around a draft."""

    pack_ids: Collection[str]
    """The packs there are."""
    published: Sequence[frozenset[str]] = ()
    """Ids of lines and hints in every version so far, the latest last."""
    recordings: Recordings = field(default_factory=dict)


def check_draft(source: SceneSource, catalogs: Catalogs, around: Surroundings, findings: Findings) -> None:
    """Adds whatever is wrong with a draft whose keys are all in order."""
    written = {each for each, _ in written_ids(findings.document.root)}
    fresh = FreshIds(written.union(*around.published))
    check_by_itself(source, findings, fresh)
    check_retired(findings, around.published, fresh)
    check_catalog_names(source, catalogs, findings)
    check_examples(source, catalogs, findings)
    for number, pack_id in enumerate(source.packs):
        if pack_id not in around.pack_ids:
            findings.at("E19.no_pack", ("packs", number), pack=pack_id)
    if not findings.read_in_part():
        advise(source, findings)
        advise_on_rules(source, findings)
        advise_on_skips(source, findings)
        advise_on_length(source, findings)
        advise_on_cues(source, findings)
        advise_on_recordings(source, catalogs, around.recordings, findings)


def check_by_itself(source: SceneSource, findings: Findings, fresh: FreshIds | None = None) -> None:
    """What must hold for a scene to be playable at all, whatever stands in the catalogs."""
    check_lines(source, findings, fresh)
    check_flow(source, findings)
    check_slots(source, findings)
    check_placeholders(source, findings)
    check_scoring(source, findings)
