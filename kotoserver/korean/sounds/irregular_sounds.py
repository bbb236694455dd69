"""Words whose sound the letters do not tell: compounds, some Sino-Korean words, and their like.

Each pair is (as written, as written if the rules alone had to give its sound); the sounds are those of
the Standard Korean Dictionary for words of everyday scenes.
"""

from collections.abc import Mapping
from types import MappingProxyType

_INSERTED_NIEUN = """
    꽃잎 꽃닢 | 깻잎 깻닢 | 나뭇잎 나뭇닢 | 색연필 색년필 | 십육 십뉵 | 백육 백뉵 | 천육 천뉵 | 만육 만뉵
    담요 담뇨 | 알약 알냑 | 물약 물냑 | 두통약 두통냑 | 서울역 서울녁 | 강남역 강남녁 | 부산역 부산녁
    시청역 시청녁 | 지하철역 지하철녁 | 식용유 식용뉴 | 휘발유 휘발뉴 | 한여름 한녀름 | 솜이불 솜니불
    집안일 집안닐 | 볼일 볼닐 | 할일 할닐 | 큰일 큰닐 | 맨입 맨닙 | 홑이불 혼니불 | 걸요 걸뇨
"""
"""Article 29."""

_KEPT_APART = "맛없 마덦 | 멋없 머덦 | 첫인상 처딘상 | 겉옷 거돗 | 윗옷 위돗 | 헛웃음 허두슴 | 웃어른 우더른"
"""Article 15: the final is heard before it moves."""

_TENSE_AFTER_RIEUL = """
    갈등 갈뜽 | 발전 발쩐 | 결정 결쩡 | 일정 일쩡 | 설정 설쩡 | 열정 열쩡 | 출장 출짱 | 실수 실쑤 | 결제 결쩨
    열심 열씸 | 일주일 일쭈일 | 출석 출썩 | 결석 결썩 | 절대 절때 | 활동 활똥 | 발달 발딸 | 팔십 팔씹 | 칠십 칠씹
    물질 물찔 | 일상 일쌍 | 철저 철쩌 | 실제 실쩨 | 글자 글짜 | 질서 질써 | 월세 월쎄 | 갈증 갈쯩 | 출신 출씬
    발생 발쌩 | 발송 발쏭 | 솔직 솔찍 | 필수 필쑤 | 일시불 일씨불 | 물수건 물쑤건
"""
"""Article 26."""

_TENSE_COMPOUNDS = """
    손가락 손까락 | 비빔밥 비빔빱 | 김밥 김빱 | 아침밥 아침빱 | 문제점 문제쩜 | 장점 장쩜 | 단점 단쩜 | 인기 인끼
    조건 조껀 | 사건 사껀 | 물고기 물꼬기 | 길가 길까 | 강가 강까 | 술집 술찝 | 안과 안꽈 | 치과 치꽈 | 내과 내꽈
    외과 외꽈 | 한자 한짜 | 성격 성껵 | 여권 여꿘 | 용돈 용똔 | 열쇠 열쐬 | 발바닥 발빠닥 | 물병 물뼝 | 술병 술뼝
    보름달 보름딸 | 눈길 눈낄 | 산길 산낄 | 밤길 밤낄 | 빵집 빵찝 | 만점 만쩜 | 초점 초쩜 | 갈비집 갈비찝
"""
"""Article 28."""

_PLAIN_LATERALS = "의견란 의견난 | 생산량 생산냥 | 결단력 결딴녁 | 입원료 이붠뇨 | 음운론 음운논 | 판단력 판단녁"
"""Article 20, the exceptions: ㄴ stays before ㄹ."""


def _pairs(*tables: str) -> Mapping[str, str]:
    pairs = (pair.split() for table in tables for line in table.strip().splitlines() for pair in line.split("|"))
    return MappingProxyType(dict(pairs))


IRREGULAR = _pairs(_INSERTED_NIEUN, _KEPT_APART, _TENSE_AFTER_RIEUL, _TENSE_COMPOUNDS, _PLAIN_LATERALS)

NOUNS_WITH_DOUBLE_FINAL = ("닭", "흙", "칡", "여덟", "삶")
"""Their finals follow the rules of nouns; any other word with such a final is taken for a verb."""

BOUND_TO_NEXT = frozenset(["못", "몇", "첫", "다섯", "여섯"])
"""Said in one breath with the next word."""

_PLAIN_ADVERBS = "길게 달게 멀게 가늘게 힘들게 둥글게 거칠게 서툴게 들게 살게 만들게 날게 울게 놀게"
PLAIN_AFTER_RIEUL = frozenset(_PLAIN_ADVERBS.split())
"""Adverbs from adjectives and verbs in ㄹ; their -게 is no promise and stays plain."""

_BOUND_NOUNS = (
    "거 거예요 거에요 거야 거니까 거라서 거라고 거죠 거지 겁니다 겁니까 건데 건데요 건가요 것 것이 것을 것은 것도 "
    "게 수 수가 수도 수는 수밖에 줄 줄은 줄도 데 데가 데는 데도"
)
TENSED_AFTER_FUTURE = frozenset(_BOUND_NOUNS.split())
"""Article 27: bound nouns after -(으)ㄹ."""
