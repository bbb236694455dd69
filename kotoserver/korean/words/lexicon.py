"""Closed classes of Korean words that several rules ask about."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words(
    """
    음 으음 음음 어 어어 어음 그 저 그게 저기 그러니까 뭐랄까 흠 에 아 오 하 엄 이제
    와 우와 헐 아하 글쎄요 글쎄 에이
    """
)
"""Words a speaker fills a pause with."""

OPENERS = _words(
    """
    저기요 여기요 혹시 그럼 그러면 아 어 음 그 저기 와 우와 실례합니다 죄송한데요 죄송하지만 죄송한데 일단 우선
    정말요 진짜요 그래요 그렇군요 실례지만 실례합니다만 죄송합니다만 미안한데 미안하지만
    """
)
"""Words that open an utterance without adding to its meaning."""

YES_WORDS = _words(
    """
    네 예 응 어 그래 그래요 넵 넹 그럼요 맞아요 좋아요 물론이에요 물론이죠 물론입니다 당연하죠
    """
)
NO_WORDS = _words(
    """
    아니요 아뇨 아니 아니오 아니에요 아닙니다 아니야 아냐 아녜요
    """
)

SOFTENERS = _words(
    """
    좀 혹시 그냥 일단 우선 바로 빨리 지금 조금 다 정말 진짜 너무 아주 꼭 제발 그럼 그러면
    """
)

DEICTIC = _words(
    """
    저 나 제 내 우리 저희
    이거 그거 저거 요거 이것 그것 저것 요것 거 것 걸 게 건 이걸 그걸 저걸 요걸 이건 그건 저건
    """
)

_POINTED_THINGS = "거 걸 건 게 걸로 거로 거요 걸로요 거로요 것 것도 거도 거만 거는"
POINTED_AT = frozenset(which + thing for which in "이그저요고조" for thing in _words(_POINTED_THINGS))
"""이거, 요걸로요: however one points at a thing."""

ADDRESSED = _words("너 니 당신 자네 그대 여러분 얘 그쪽")
"""Who is spoken to, which is no part of what is said."""

LIGHT_NOUNS = _words("때 중 정도 경우 둘 가운데 혹 등")
"""Nouns that only hold a sentence together."""

INQUIRING_ROOTS = _words("알 알리 궁금하 같 똑같 가르치 물어보 알아보")
"""Predicates that say that one asks or supposes, not what: 몇 시인지 알려 주세요."""

_ASKED_ABOUT = """
    왜:이유,원인,까닭 어디:장소,곳,위치 언제:시간,날짜,시각,날,며칠,때 어떻게:방법,방식
    몇:개수,갯수,횟수,수 얼마:가격,값,금액,요금
"""
ASKED_ABOUT = {
    noun: word for word, nouns in (line.split(":") for line in _ASKED_ABOUT.split()) for noun in nouns.split(",")
}
"""Nouns for what a question word asks about: 이유가 뭐예요? is 왜요?"""

QUESTION_WORDS = _words(
    """
    뭐 뭣 무엇 무슨 어디 언제 얼마 누구 왜 어떻게 어떤 어느 몇 얼마나 뭘
    """
)

REMOVING = _words(
    """
    빼 버리 제거하 없애 치우 취소하 생략하 제외하
    """
)
"""Asking for these is asking for less: 얼음 빼 주세요."""

DECLINING = frozenset({"괜찮", "되었", "배부르"})
"""An answer of refusal to an offer."""

GENERIC_ROOTS = _words(
    """
    주 받 드리 하 되 이 있 부탁하 부탁드리 주문하 시키 원하 싶 가능하 필요하
    """
)
"""Predicates that carry a request rather than its content."""

UNCOMMANDED_ROOTS = _words("좋아하 싫어하 알 모르 살 다니 원하 지내 믿 느끼")
"""Verbs nobody orders another to do: with -(으)세요 they only tell or ask."""

PROMISING = frozenset({"ᆯ게요", "을게요", "ᆯ게", "을게"})
"""Endings by which somebody promises or offers to do something."""
REQUEST_ROOTS = frozenset({"주", "부탁하", "부탁드리", "주문하", "시키"})

HONORIFIC_ROOTS = {
    "드시": "먹",
    "잡수시": "먹",
    "계시": "있",
    "주무시": "자",
    "말씀하시": "말하",
    "돌아가시": "죽",
}
"""Verbs that honour their subject, with the plain verb."""

STATE_ROOTS = _words(
    """
    있 없 필요하 좋 싫 맛있 맛없 많 적 크 작 비싸 싸 예쁘 아프 되 가능하 재미있
    """
)
"""Predicates whose noun is a subject (이/가), never an object."""

PASSIVE_ROOTS = _words("닫히 열리 팔리 막히 들리 켜지 꺼지 끊기 잡히 끝나 생기 떨어지 부러지 고장나 바뀌")
"""What happens to a thing, which is its subject."""

TRANSITIVE_ROOTS = _words(
    """
    주 드리 먹 마시 사 보 찾 시키 주문하 원하 받 넣 빼 데우 만들 포장하 계산하 결제하 충전하 보내 빌리
    바꾸 교환하 환불하 예약하 부탁하 부탁드리 읽 쓰 입 신 타 가져가 가져오 배우 공부하 좋아하 싫어하 알
    모르 부치 잃어버리 감 감기 닦 씻 자르 깎 열 닫 켜 끄 누르 벗 버리 줍 밀 당기 고치
    반납하 준비하 고르 가르치 찍 끓이 치우 정리하 청소하 꺼내 맡기 갚 취소하 연습하
    """
)
"""Predicates that take 을/를."""

ACTION_ROOTS = _words(
    """
    먹 마시 사 타 만나 공부하 일하 놀 자 쉬 보 기다리 배우 갈아타 내리 운동하 쇼핑하 주문하 계산하
    결제하 드시 찾 팔 바꾸 환전하 빌리 하 지내
    """
)
"""Things one does at a place: the place takes 에서."""

PLACE_NOUNS = _words(
    """
    여기 거기 저기 어디 카페 매장 가게 집 학교 회사 식당 공항 호텔 역 정류장 편의점 은행 병원 시장
    도서관 공원 방 안 밖 서울 한국 인도네시아 자카르타 터미널 백화점 마트 극장 영화관 교실 사무실 층
    기숙사 게스트하우스 숙소 모텔
    """
)

MEANS_NOUNS = _words(
    """
    카드 현금 신용카드 체크카드 교통카드 버스 지하철 택시 비행기 기차 페이 카카오페이 삼성페이 돈 한국어
    한국말 영어 인도네시아어 젓가락 숟가락 휴대폰 핸드폰 여권 쿠폰 포인트
    """
)
"""What one pays, travels or speaks with: (으)로."""

PERSON_NOUNS = _words(
    """
    친구 부모님 선생님 엄마 아빠 어머니 아버지 동생 언니 오빠 누나 형 가족 남편 아내 아이 아들 딸 할머니 할아버지
    직원 손님 사장님 동료 점원 의사 남자 여자 학생 룸메이트 여동생 남동생 사람 후배 선배 이모 삼촌 조카 사촌
    """
)
"""Nouns for people."""

TIME_NOUNS = _words(
    """
    오늘 내일 어제 지금 모레 그저께 매일 언제 아침 점심 저녁 오전 오후 밤 새벽 주말 평일 작년 올해 내년
    지난주 이번주 지난달 월요일 화요일 수요일 목요일 금요일 토요일 일요일
    """
)
"""Nouns for a time."""

DESCRIBING_NOUNS = _words(
    """
    따뜻 시원 깨끗 조용 편 불편 친절 피곤 필요 중요 유명 비슷 똑같 이상 급 건강 행복 미안 죄송 감사 신선 간단
    복잡 가능 안전 위험 약 강 진 연 착 심심 답답 한가 다양 특별 예민 담백 달콤 매콤 고소 상쾌 딱딱 말랑말랑 촉촉
    뚱뚱 날씬
    """
)
"""What describes with 하다, where other nouns with it are something that one does."""

PURPOSES = _words("출장 여행 관광 유학 구경 휴가 일 공부 연수 방문 사업 업무")
"""What one comes for, which is no place: 출장으로 왔어요."""

LANGUAGES = frozenset({"한국어", "한국말", "영어", "인도네시아어"})
"""Those of them that one also does: 한국어를 해요."""

SHORT_FORMS = {
    "아아": "아이스 아메리카노",
    "뜨아": "따뜻한 아메리카노",
    "따아": "따뜻한 아메리카노",
    "아라": "아이스 라떼",
    "뜨라": "따뜻한 라떼",
    "아바라": "아이스 바닐라 라떼",
}
"""Everyday short forms of drinks, known also where a scene does not list them."""

SYNONYMS = (
    frozenset({"포장하", "테이크아웃하", "가져가", "포장", "테이크아웃", "싸가"}),
    frozenset({"계산하", "결제하", "계산", "결제", "지불하", "내"}),
    frozenset({"먹", "마시", "드시", "매장"}),
    frozenset({"여행하", "관광하", "여행", "관광", "놀러"}),
    frozenset({"말씀하", "말하", "얘기하", "이야기하"}),
    frozenset({"봉투", "봉지", "비닐봉투", "쇼핑백"}),
    frozenset({"쪽", "자리", "좌석"}),
    frozenset({"데우", "덥히", "돌리"}),
    frozenset({"찾", "구하"}),
    frozenset({"크", "라지", "큰"}),
    frozenset({"작", "스몰"}),
    frozenset({"여기", "이곳", "이쪽"}),
    frozenset({"잠깐", "잠시", "조금", "살짝", "약간"}),
    frozenset({"천천히", "느리"}),
    frozenset({"뜻", "의미"}),
    frozenset({"다시", "한번", "또"}),
    frozenset({"이따", "이따가", "나중"}),
    frozenset({"감사", "고맙", "땡큐"}),
    frozenset({"막차", "마지막"}),
    frozenset({"뒤", "후"}),
    frozenset({"듣", "알아듣", "들리"}),
    frozenset({"미안", "죄송"}),
    frozenset({"쓰", "사용", "이용", "사용하", "이용하"}),
    frozenset({"고르", "선택"}),
    frozenset({"좋아하", "선호", "좋"}),
    frozenset({"만나", "뵙", "뵈"}),
    frozenset({"사", "구입", "구매"}),
    frozenset({"수신", "수령"}),
    frozenset({"보내", "전송", "발송", "송신", "발신"}),
    frozenset({"바꾸", "바뀌", "변경", "교환"}),
    frozenset({"어머니", "엄마", "어머님"}),
    frozenset({"아버지", "아빠", "아버님"}),
    frozenset({"아들", "아드님"}),
    frozenset({"딸", "따님"}),
    frozenset({"생일", "생신", "생년월일"}),
    frozenset({"나이", "연세"}),
    frozenset({"집", "댁"}),
    frozenset({"이름", "성함"}),
    frozenset({"밥", "식사", "진지"}),
    frozenset({"휴대폰", "핸드폰", "폰", "스마트폰"}),
    frozenset({"가격", "값", "요금", "금액"}),
    frozenset({"이유", "원인", "까닭"}),
    frozenset({"장소", "곳", "위치"}),
    frozenset({"고장나", "고장", "망가지"}),
    frozenset({"고치", "수리"}),
    frozenset({"늦", "지각"}),
    frozenset({"끝나", "종료", "마치"}),
    frozenset({"출발", "떠나"}),
    frozenset({"켜", "켜지"}),
    frozenset({"끄", "꺼지"}),
    frozenset({"모두", "전부", "총", "다"}),
    frozenset({"추천", "권하", "인기", "유명"}),
    frozenset({"따뜻", "따듯"}),
    frozenset({"구경", "둘러보"}),
    frozenset({"같", "똑같"}),
    frozenset({"다르", "차이"}),
    frozenset({"충분", "필요"}),
    frozenset({"가방", "장바구니", "에코백", "배낭"}),
    frozenset({"재미있", "재밌"}),
    frozenset({"안녕", "반갑"}),
    frozenset({"아무", "상관", "상관없"}),
    frozenset({"왼손", "오른손", "양손"}),
    frozenset({"예약", "예매"}),
    frozenset({"예쁘", "이쁘"}),
    frozenset({"창가", "창문"}),
    frozenset({"자장면", "짜장면"}),
    frozenset({"묵", "머무르", "머물", "지내", "숙박"}),
    frozenset({"찾", "인출", "뽑"}),
    frozenset({"잃어버리", "분실", "잃"}),
    frozenset({"보내", "부치", "송금", "이체"}),
    frozenset({"만들", "개설", "발급"}),
    frozenset({"아프", "쑤시"}),
    frozenset({"먹", "복용"}),
    frozenset({"깎", "할인"}),
    frozenset({"막히", "밀리"}),
    frozenset({"전화", "연락", "통화"}),
    frozenset({"남기", "전하"}),
    frozenset({"계산대", "카운터"}),
    frozenset({"엘리베이터", "승강기"}),
    frozenset({"정류장", "정거장"}),
    frozenset({"비밀번호", "비번"}),
    frozenset({"수건", "타월"}),
    frozenset({"물", "생수"}),
    frozenset({"메뉴", "메뉴판"}),
    frozenset({"숙제", "과제"}),
    frozenset({"수업", "강의"}),
    frozenset({"두통약", "진통제"}),
    frozenset({"소포", "택배"}),
    frozenset({"표", "티켓", "승차권", "비행기표", "항공권"}),
    frozenset({"전철", "지하철"}),
    frozenset({"체크인", "입실"}),
    frozenset({"체크아웃", "퇴실"}),
    frozenset({"일찍", "빨리", "얼른"}),
    frozenset({"출장", "업무"}),
    frozenset({"회의", "미팅"}),
    frozenset({"달", "달콤하"}),
    frozenset({"맵", "매콤하"}),
    frozenset({"무섭", "겁나"}),
    frozenset({"세우", "내리"}),
    frozenset({"열쇠", "키"}),
    frozenset({"외국", "해외"}),
)

COMPOUNDS = frozenset(word for group in SYNONYMS for word in group if len(word) > 2 and word[-1] not in "하리")
"""Nouns among them that the analyser may cut: 장바구니."""

CONTRASTS = (
    (
        ("아이스", "차갑", "차가운", "시원", "시원한", "냉"),
        ("따뜻한", "따뜻", "뜨거운", "뜨겁", "핫", "따듯한", "따듯"),
    ),
    (("큰", "크", "라지", "벤티"), ("작은", "작", "스몰", "톨"), ("중간", "미디움", "레귤러", "보통")),
    (
        ("포장", "가져", "가져가", "테이크아웃", "들고", "싸 주"),
        ("먹고", "먹", "마시", "매장", "여기서", "드시"),
    ),
    (("카드", "신용카드", "체크카드"), ("현금",), ("페이", "카카오페이", "삼성페이")),
    (("창가", "창문", "창"), ("복도", "통로"), ("가운데",)),
    (("편도",), ("왕복",)),
    (("냉면", "물냉면"), ("비빔냉면",)),
    (("흡연",), ("금연",)),
    (("매운", "맵"), ("안 매운", "순한")),
    (("여자",), ("남자",)),
    (("오전",), ("오후",)),
    (("오늘",), ("내일",), ("모레",), ("어제",)),
    tuple((day + "요일",) for day in "월화수목금토일"),
    (("지금", "바로", "당장"), ("나중", "나중에", "이따", "이따가")),
    (("따로", "따로따로"), ("같이", "함께")),
    (("왼쪽",), ("오른쪽",)),
    (("앞",), ("뒤",), ("옆",), ("건너편", "맞은편")),
    (("위",), ("아래", "밑")),
    (("빨리", "얼른", "서둘러"), ("천천히",)),
    (("하얀", "하얀색", "흰", "흰색", "화이트"), ("까만", "까만색", "검은", "검은색", "검정", "검정색", "블랙")),
    (("빨간", "빨간색"), ("파란", "파란색"), ("노란", "노란색"), ("초록", "초록색")),
)
"""Alternatives of everyday choices; hearing one where another is wanted is a wrong value, not silence."""

COMMON_WORDS = _words(
    """
    안녕하세요 안녕히 계세요 가세요 감사합니다 고맙습니다 죄송합니다 실례합니다 네 아니요 괜찮아요
    괜찮습니다 있어요 없어요 있습니다 없습니다 주세요 해 부탁해요 부탁합니다 부탁드려요 부탁드립니다
    얼마예요 얼마입니까 어디예요 어디 언제 누구 무엇 뭐예요 이거 그거 저거 여기 거기 저기 여기요 저기요
    좋아요 싫어요 먹어요 마셔요 먹을게요 마실게요 할게요 갈게요 주문할게요 하고 싶어요 먹고 마시고
    맛있어요 많이 조금 다시 천천히 말해 말씀해 한번 같이 오늘 내일 어제 지금 잠깐만요 잠시만요 몰라요
    알아요 알겠습니다 알겠어요 필요해요 필요 됐어요 돼요 얼음 봉투 영수증 카드 현금 계산 결제 주문 포장
    커피 물 우유 빵 사이즈 따뜻한 차가운 뜨거운 아이스 아메리카노 라떼 녹차 주스 교통카드 충전 여권 관광
    여행 일주일 동안 비행기 창가 복도 자리 택시 버스 지하철 공항 정류장 화장실 우산 만 원 천 개 잔 병 명
    한 두 세 하나 둘 셋 이랑 그리고 그럼 혹시 어떻게 왜 이름 학생 사람 한국어 한국 인도네시아 마세요
    말고 마실
    이걸로 그걸로 저걸로 걸로 거로 이거로 요걸로 이걸 그걸 저걸 이건 그건 저건 이게 그게 저게 마세요 말고 마실 뭘로
    이제 네가 니가 너는 네 거 아니야 아냐 아녜요 건 알았어요 왔어요 갔어요 했어요 샀어요 먹었어요 마셨어요 봤어요
    """
)
"""Words of everyday service talk, as they are written right."""

_OPPOSITES = """
    조용,조용하/시끄럽 많/적 비싸/싸 빠르/느리 쉽/어렵 덥/춥 맛있/맛없 멀/가깝 높/낮 길/짧 켜/끄 열/닫 무겁/가볍
    사/팔 보내,부치/받 타/내리 크/작 입/벗 밀/당기 배부르/배고프
"""
OPPOSITES = tuple(tuple(tuple(side.split(",")) for side in pair.split("/")) for pair in _OPPOSITES.split())
"""Adjectives and verbs that say the opposite of each other."""

ANTONYMS = {word: other[0] for one, two in OPPOSITES for side, other in ((one, two), (two, one)) for word in side}

DEGREES = _words("많이 더 덜 조금 좀 적게 가득 듬뿍 살짝 약간")
"""How much of it, which says nothing about what."""

RAISED_NOUNS = {"성함": "이름", "연세": "나이", "댁": "집", "생신": "생일", "진지": "밥"}
"""Nouns that raise whose they are, with the plain ones."""

AMOUNTS = (("많이", "가득", "듬뿍"), ("조금", "적게", "약간"))
"""Answers to 얼마나?, one the opposite of the other."""

SET_PHRASES = {
    ("돈", "바꾸"): "환전",
    ("전화", "걸"): "전화",
    ("전화", "드리"): "전화",
    ("연락", "드리"): "전화",
    ("인기", "많"): "인기",
    ("인기", "있"): "인기",
    ("상관", "없"): "상관",
    ("비", "오"): "날씨",
    ("눈", "오"): "날씨",
    ("바람", "불"): "날씨",
    ("차이", "나"): "다르",
    ("차이", "있"): "다르",
    ("입맛", "맞"): "맛있",
    ("입", "맞"): "맛있",
}
"""What a verb and its noun say together in one word."""

LEAVING_OPEN = frozenset({("편하", "대로"), ("원하", "대로"), ("마음", "대로"), ("좋", "대로")})
"""A verb or noun and 대로, which leave the choice to the other, as 아무거나 does."""

STEP_ROOTS = _words("가 오 나가 나오 들어가 들어오 앉 서 일어나 들르 만나 사 넣 가져가 가져오 들")
"""With these, -아/어서 tells what is done first, not why: 공원에 가서 마시자."""

PUTTING_OFF = frozenset({"나중", "다음", "이따", "이따가", "곧"})
"""Words for later: what is put off is declined for now."""

CARRYING_ROOTS = frozenset({"가져가", "가져오", "가", "들", "넣", "보"})
"""What one does with a thing as it is: 그냥 가져갈게요, 그냥 볼게요."""

TAKING_ROOTS = frozenset({"먹", "마시", "받", "쓰", "사"})
"""What one does with what is offered: in an answer to an offer they only say yes or no."""
