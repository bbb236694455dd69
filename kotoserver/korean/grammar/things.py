"""A thing that is raised as only people are: 물이 어디에 있으세요?"""

import re
from collections.abc import Iterator

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding

_WHERE = re.compile(
    r"어디(?:에)?\s?(?P<got>있으세요|있으십니까|있으신가요|계세요|계십니까|계신가요|세요|이세요|십니까|신가요)(?![가-힣])"
)
_ASKED_PLAINLY = re.compile(r"어디(?:에)?\s?(?:있|예요|에요|이에요|입니까|인가요|죠|지요)")
_PLAINLY = {"세요": "있어요", "십니까": "있습니까", "신가요": "있나요"}
_IS_PLAINLY = {"세요": "예요", "십니까": "입니까", "신가요": "인가요"}
_SOMEBODY = re.compile(
    r"(?:님|씨|분|사람|누구|어머니|아버지|할머니|할아버지|엄마|아빠|부모|친구|형|누나|오빠|언니|사장|점장|직원|의사|기사)"
    r"(?:은|는|이|가|께서|께서는|도)?(?![가-힣])"
)


def find_honoured_things(context: Context) -> Iterator[Finding]:
    """Where the examples ask where it is without raising it, and nobody is named who could be raised."""
    match = _WHERE.search(context.sentence.text)
    if match is None or _SOMEBODY.search(context.sentence.text):
        return
    asked = [example.text for example in context.examples if "어디" in example.text]
    if not any(map(_ASKED_PLAINLY.search, asked)) or any(map(_WHERE.search, asked)):
        return
    got = match["got"]
    plainly = _PLAINLY if got.startswith(("있", "계")) else _IS_PLAINLY
    want = next(want for ending, want in plainly.items() if got.endswith(ending))
    yield Finding(
        code=Code.HONORIFIC_THING,
        rule="honorific.thing",
        start=match.start("got"),
        end=match.end("got"),
        params={"got": got, "want": want},
        replacement=want,
    )
