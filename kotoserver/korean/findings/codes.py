"""Every feedback code that the engine can emit: how grave it is, what it tells, and which rank it has.

Language packs translate these: a template for each code with its params as placeholders, and a
label for each enum key. Params that are not enum keys hold Korean (or the learner's own) words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from kotoserver.domain.evaluation import Severity


class Code(StrEnum):
    EMPTY_INPUT = "EMPTY_INPUT"
    NOT_KOREAN = "NOT_KOREAN"
    ROMANIZED = "ROMANIZED"
    MIXED_LANGUAGE = "MIXED_LANGUAGE"
    ECHO_PROMPT = "ECHO_PROMPT"
    CHAT_STYLE = "CHAT_STYLE"
    MEANING_OFF_TOPIC = "MEANING_OFF_TOPIC"
    MEANING_OPPOSITE = "MEANING_OPPOSITE"
    MEANING_NUMBER = "MEANING_NUMBER"
    SLOT_MISSING = "SLOT_MISSING"
    SLOT_WRONG = "SLOT_WRONG"
    SLOT_AMBIGUOUS = "SLOT_AMBIGUOUS"
    NEGATION_MISMATCH = "NEGATION_MISMATCH"
    ANSWER_POLARITY = "ANSWER_POLARITY"
    SENTENCE_TYPE = "SENTENCE_TYPE"
    GIVE_DIRECTION = "GIVE_DIRECTION"
    VERB_DIRECTION = "VERB_DIRECTION"
    PARTICLE_WRONG = "PARTICLE_WRONG"
    PARTICLE_EXTRA = "PARTICLE_EXTRA"
    PARTICLE_MISSING = "PARTICLE_MISSING"
    PARTICLE_ALLOMORPH = "PARTICLE_ALLOMORPH"
    PARTICLE_PRONOUN_FORM = "PARTICLE_PRONOUN_FORM"
    ENDING_WRONG = "ENDING_WRONG"
    ENDING_AUX = "ENDING_AUX"
    ENDING_PURPOSE = "ENDING_PURPOSE"
    ENDING_CONNECTIVE = "ENDING_CONNECTIVE"
    ENDING_MODIFIER = "ENDING_MODIFIER"
    DICTIONARY_FORM = "DICTIONARY_FORM"
    TENSE_MISMATCH = "TENSE_MISMATCH"
    COPULA_FORM = "COPULA_FORM"
    NEGATION_FORM = "NEGATION_FORM"
    ORDER_VERB_FINAL = "ORDER_VERB_FINAL"
    ORDER_MODIFIER = "ORDER_MODIFIER"
    DUPLICATE_WORD = "DUPLICATE_WORD"
    COUNTER_FORM = "COUNTER_FORM"
    COUNTER_SYSTEM = "COUNTER_SYSTEM"
    COUNTER_WRONG = "COUNTER_WRONG"
    COUNTER_MISSING = "COUNTER_MISSING"
    SPELL_CONJUGATION = "SPELL_CONJUGATION"
    LEVEL_TOO_LOW = "LEVEL_TOO_LOW"
    LEVEL_TOO_HIGH = "LEVEL_TOO_HIGH"
    LEVEL_MIXED = "LEVEL_MIXED"
    LEVEL_ARCHAIC = "LEVEL_ARCHAIC"
    LEVEL_BARE_FRAGMENT = "LEVEL_BARE_FRAGMENT"
    HONORIFIC_SELF = "HONORIFIC_SELF"
    HONORIFIC_THING = "HONORIFIC_THING"
    PRONOUN_HUMBLE = "PRONOUN_HUMBLE"
    ADDRESS_TERM = "ADDRESS_TERM"
    GREETING_DIRECTION = "GREETING_DIRECTION"
    SPELL_WORD = "SPELL_WORD"
    SPELL_BATCHIM = "SPELL_BATCHIM"
    SPELL_LIAISON = "SPELL_LIAISON"
    SPELL_EYO_YEYO = "SPELL_EYO_YEYO"
    SPELL_DOE_DWAE = "SPELL_DOE_DWAE"
    SPELL_GEYO = "SPELL_GEYO"
    SPELL_AN_ANH = "SPELL_AN_ANH"
    SPELL_SSANG_SIOT = "SPELL_SSANG_SIOT"
    SPELL_SEUMNIDA = "SPELL_SEUMNIDA"
    SPELL_ENDING = "SPELL_ENDING"
    SPACE_MISSING = "SPACE_MISSING"
    SPACE_EXTRA = "SPACE_EXTRA"
    SPACE_DEPENDENT_NOUN = "SPACE_DEPENDENT_NOUN"
    SPACE_NEGATION = "SPACE_NEGATION"
    SPACE_COUNTER = "SPACE_COUNTER"
    GOOD_REPAIR = "GOOD_REPAIR"


class Rank(IntEnum):
    """Order of showing; a blocked meaning goes before all."""

    INPUT = 0
    MEANING = 1
    GRAMMAR = 2
    LEVEL = 3
    SPELLING = 4
    SPACING = 5
    PRAISE = 6


@dataclass(frozen=True, slots=True)
class CodeSpec:
    severity: Severity
    params: tuple[str, ...]
    rank: Rank


def _spec(severity: Severity, rank: Rank, *params: str) -> CodeSpec:
    return CodeSpec(severity, params, rank)


_ERROR, _WARN, _HINT, _PRAISE = Severity.ERROR, Severity.WARN, Severity.HINT, Severity.PRAISE

CODES: Mapping[Code, CodeSpec] = MappingProxyType(
    {
        Code.EMPTY_INPUT: _spec(_ERROR, Rank.INPUT),
        Code.NOT_KOREAN: _spec(_ERROR, Rank.INPUT, "language"),
        Code.ROMANIZED: _spec(_ERROR, Rank.INPUT, "hangul"),
        Code.MIXED_LANGUAGE: _spec(_WARN, Rank.INPUT, "word", "korean"),
        Code.ECHO_PROMPT: _spec(_ERROR, Rank.INPUT, "line"),
        Code.CHAT_STYLE: _spec(_HINT, Rank.SPELLING, "token"),
        Code.MEANING_OFF_TOPIC: _spec(_ERROR, Rank.MEANING),
        Code.MEANING_OPPOSITE: _spec(_ERROR, Rank.MEANING, "got", "want"),
        Code.MEANING_NUMBER: _spec(_ERROR, Rank.MEANING, "got", "want"),
        Code.SLOT_MISSING: _spec(_ERROR, Rank.MEANING, "slot"),
        Code.SLOT_WRONG: _spec(_ERROR, Rank.MEANING, "slot", "got", "want"),
        Code.SLOT_AMBIGUOUS: _spec(_WARN, Rank.MEANING, "slot", "got"),
        Code.NEGATION_MISMATCH: _spec(_ERROR, Rank.MEANING, "got", "want"),
        Code.ANSWER_POLARITY: _spec(_WARN, Rank.MEANING, "got", "want", "rest"),
        Code.SENTENCE_TYPE: _spec(_WARN, Rank.MEANING, "got", "want"),
        Code.GIVE_DIRECTION: _spec(_ERROR, Rank.MEANING, "got", "want"),
        Code.VERB_DIRECTION: _spec(_WARN, Rank.MEANING, "got", "want"),
        Code.PARTICLE_WRONG: _spec(_ERROR, Rank.GRAMMAR, "word", "got", "want", "role"),
        Code.PARTICLE_EXTRA: _spec(_WARN, Rank.GRAMMAR, "word", "got"),
        Code.PARTICLE_MISSING: _spec(_WARN, Rank.GRAMMAR, "word", "want", "role"),
        Code.PARTICLE_ALLOMORPH: _spec(_ERROR, Rank.GRAMMAR, "word", "got", "want", "rule"),
        Code.PARTICLE_PRONOUN_FORM: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.ENDING_WRONG: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.ENDING_AUX: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.ENDING_PURPOSE: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.ENDING_CONNECTIVE: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.ENDING_MODIFIER: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.DICTIONARY_FORM: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.TENSE_MISMATCH: _spec(_ERROR, Rank.GRAMMAR, "got", "want", "word", "fix"),
        Code.COPULA_FORM: _spec(_ERROR, Rank.GRAMMAR, "got", "want", "rule"),
        Code.NEGATION_FORM: _spec(_ERROR, Rank.GRAMMAR, "got", "want"),
        Code.ORDER_VERB_FINAL: _spec(_WARN, Rank.GRAMMAR, "verb", "want"),
        Code.ORDER_MODIFIER: _spec(_WARN, Rank.GRAMMAR, "want"),
        Code.DUPLICATE_WORD: _spec(_WARN, Rank.GRAMMAR, "word"),
        Code.COUNTER_FORM: _spec(_ERROR, Rank.GRAMMAR, "got", "want", "counter"),
        Code.COUNTER_SYSTEM: _spec(_ERROR, Rank.GRAMMAR, "got", "want", "counter", "system"),
        Code.COUNTER_WRONG: _spec(_WARN, Rank.GRAMMAR, "noun", "got", "want"),
        Code.COUNTER_MISSING: _spec(_HINT, Rank.GRAMMAR, "noun", "want"),
        Code.SPELL_CONJUGATION: _spec(_ERROR, Rank.GRAMMAR, "got", "want", "rule"),
        Code.LEVEL_TOO_LOW: _spec(_ERROR, Rank.LEVEL, "got", "want", "fix"),
        Code.LEVEL_TOO_HIGH: _spec(_WARN, Rank.LEVEL, "got", "want", "fix"),
        Code.LEVEL_MIXED: _spec(_WARN, Rank.LEVEL, "fix"),
        Code.LEVEL_ARCHAIC: _spec(_WARN, Rank.LEVEL, "got", "want", "fix"),
        Code.LEVEL_BARE_FRAGMENT: _spec(_WARN, Rank.LEVEL, "fix"),
        Code.HONORIFIC_SELF: _spec(_ERROR, Rank.LEVEL, "got", "want"),
        Code.HONORIFIC_THING: _spec(_WARN, Rank.LEVEL, "got", "want"),
        Code.PRONOUN_HUMBLE: _spec(_WARN, Rank.LEVEL, "got", "want"),
        Code.ADDRESS_TERM: _spec(_WARN, Rank.LEVEL, "got", "want"),
        Code.GREETING_DIRECTION: _spec(_WARN, Rank.LEVEL, "got", "want"),
        Code.SPELL_WORD: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_BATCHIM: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_LIAISON: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_EYO_YEYO: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_DOE_DWAE: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_GEYO: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_AN_ANH: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_SSANG_SIOT: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_SEUMNIDA: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPELL_ENDING: _spec(_WARN, Rank.SPELLING, "got", "want"),
        Code.SPACE_MISSING: _spec(_HINT, Rank.SPACING, "before", "after"),
        Code.SPACE_EXTRA: _spec(_HINT, Rank.SPACING, "before", "after"),
        Code.SPACE_DEPENDENT_NOUN: _spec(_HINT, Rank.SPACING, "before", "after"),
        Code.SPACE_NEGATION: _spec(_HINT, Rank.SPACING, "before", "after"),
        Code.SPACE_COUNTER: _spec(_HINT, Rank.SPACING, "number", "counter"),
        Code.GOOD_REPAIR: _spec(_PRAISE, Rank.PRAISE),
    }
)

UNPROVED: Mapping[str, str] = MappingProxyType(
    {
        "MEANING_MISSING_WORD": "A missing value is told as SLOT_MISSING; other words may be missing.",
        "MEANING_WRONG_WORD": "A wrong value is told as SLOT_WRONG, the contrary as MEANING_OPPOSITE.",
        "MEANING_EXTRA_WORD": "Whoever says more than was asked speaks well.",
        "VERB_COLLOCATION": "Which noun goes with which verb is in no list that covers more than a few.",
        "PARTICLE_OMITTED": "Speech leaves particles out; where that changes the meaning it is PARTICLE_MISSING.",
        "PARTICLE_OPTIONAL": "A particle that may be left out may be said.",
        "PARTICLE_NUANCE": "Whether 은/는 or 이/가 fits better is in the whole talk, not in one sentence.",
        "PARTICLE_MEANING": "도 or 만 may be meant.",
        "PARTICLE_LOCATION": "Told as PARTICLE_WRONG with the role `place_of_action` or `place`.",
        "PARTICLE_ADJECTIVE_SUBJECT": "Told as PARTICLE_WRONG with the role `subject`.",
        "PARTICLE_TIME": "Told as PARTICLE_EXTRA: 오늘에.",
        "PARTICLE_HONORIFIC": "선생님한테 is said by everybody.",
        "ENDING_CHOICE": "Of several good endings none is better without a reason; `natural` shows another one.",
        "ENDING_MISSING": "A stem alone has the letters of a noun: 커피 주, 여기서 먹.",
        "ORDER_VARIATION": "The order of all but verb and modifier is free.",
        "FLUENCY_LOW": "No rule measures it; `natural` shows another wording.",
        "LEVEL_MORE_FORMAL": "More polite than wanted is right.",
        "LEVEL_BLUNT_REQUEST": "줘요 is of the level that is wanted.",
        "HONORIFIC_MISSING": "-아/어요 is polite to whoever is spoken to; who else is to be raised is not known.",
        "HONORIFIC_VERB": "Whether the one who is spoken of is to be raised is not in the sentence.",
        "HONORIFIC_EXTRA": "Told as HONORIFIC_SELF where it surely is too much.",
        "SPELL_VOWEL": "Told as SPELL_WORD, which shows both spellings.",
        "SPELL_CONSONANT": "Told as SPELL_WORD, which shows both spellings.",
        "GOOD_NATURAL": "An answer without items is praised by the verdict's own sentence.",
        "GOOD_SOFTENER": "Good wordings pass without items.",
        "GOOD_ALTERNATIVE": "Good wordings pass without items.",
        "GOOD_FIXED": "One utterance does not tell what was said before it.",
    }
)
"""Codes that packs have words for and no rule gives, with the reason."""

ENUM_KEYS: frozenset[str] = frozenset(
    {
        # number systems: COUNTER_SYSTEM.system
        "native",
        "sino",
        # speech levels: LEVEL_TOO_LOW, LEVEL_TOO_HIGH, LEVEL_ARCHAIC
        "haeyo",
        "hapsyo",
        "banmal",
        "archaic",
        # what stands before a particle or the copula: PARTICLE_ALLOMORPH.rule, COPULA_FORM.rule
        "after_consonant",
        "after_vowel",
        # what a noun does in the sentence: PARTICLE_WRONG.role
        "subject",
        "object",
        "place_of_action",
        "place",
        "means",
        "choice",
        "companion",
        "receiver",
        "source",
        "beginning",
        # sentence types: SENTENCE_TYPE
        "statement",
        "question",
        # tenses: TENSE_MISMATCH
        "past",
        "present",
        "future",
        # languages: NOT_KOREAN.language
        "latin_script",
        "other_script",
        # irregular stems: SPELL_CONJUGATION.rule
        "irregular_b",
        "irregular_d",
        "irregular_s",
        "irregular_eu",
        "irregular_reu",
        "contraction",
        "vowel_harmony",
    }
)
"""Values that may stand as a param and that a pack gives a word for (`LanguagePack.labels`)."""
