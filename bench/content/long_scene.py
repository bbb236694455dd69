"""A scene as long as the studio must bear: 60 turns and 600 lines, generated, with its English beside it."""

from pathlib import Path
from string import Template

# fmt: off
THINGS = (
    "사과", "배", "포도", "딸기", "수박", "참외", "귤", "바나나", "복숭아", "감자", "고구마", "당근",
    "양파", "마늘", "오이", "우유", "물", "주스", "커피", "녹차", "콜라", "빵", "과자", "초콜릿",
    "사탕", "김밥", "라면", "떡볶이", "만두", "국수", "책", "공책", "연필", "볼펜", "지우개", "가방",
    "모자", "신발", "양말", "장갑", "우산", "안경", "시계", "지갑", "휴지", "비누", "수건", "칫솔",
    "치약", "거울", "의자", "책상", "침대", "이불", "베개", "전화", "사진", "지도", "꽃", "기차표",
)
# fmt: on

_HEAD = """schema: scene/1
id: long
version: 0
title: 아주 큰 시장
level: { topik: 2, cefr: A2 }
speech: { target: 해요체, also_ok: 합쇼체 }
packs: [ko-en]
stage: { background: convenience_store_night, camera: counter_two_shot }
npcs:
  seller: { name: 지민, voice: ko-f-02, speech: [해요체, 합쇼체], model: seller_jimin }
slots: {}
common: [ask_repeat, ask_slower, ask_meaning, need_time, native_language, silence]
scoring: { task: 50, language: 20, speech_level: 20, delivery: 10, pass: 60 }
retry: { max_tries: 3, hint_each_try: true, after_max: carry_on }
limits: { minutes: 60, learner_turns: 200, silence_seconds: 12, ending: end }
start: turn_1
turns:
"""
_TURN = Template("""
  - id: turn_$number
    goal: $thing 이야기를 해 보세요.
    npc:
      - { id: L${block}0, ko: "여기 $thing 있어요.", cue: { emotion: smile, anim: nod } }
      - { id: L${block}1, ko: "오늘 $thing 어때요?" }
    learner:
      expect:
        want:
          examples: ["$thing 주세요.", "$thing 하나 주세요.", "네, $thing 사고 싶어요.", "그럼 $thing 살게요."]
        decline:
          examples: ["아니요, 괜찮아요.", "아니요, 필요 없어요.", "괜찮아요, 다음에 살게요."]
      model: { id: L${block}2, ko: "$thing 주세요." }
      hints:
        - { id: H${block}0, kind: think }
        - { id: H${block}1, kind: words, ko: "$thing / 주세요" }
        - { id: H${block}2, kind: start, ko: "$thing …" }
        - { id: H${block}3, kind: answer }
    then:
      - when: { speech: too_casual, tries_below: 2 }
        say: { id: L${block}3, ko: "네? $thing 말이에요?", cue: { emotion: surprised, anim: head_tilt } }
        go: again
      - when: { intent: want, score_at_least: 90 }
        say: { id: L${block}4, ko: "좋은 $thing 골라 드릴게요.", cue: { emotion: delighted, anim: nod } }
        go: $next
      - when: { intent: want }
        say: { id: L${block}5, ko: "네, $thing 드릴게요.", cue: { emotion: smile, anim: nod } }
        go: $next
      - when: { intent: decline }
        say: { id: L${block}6, ko: "네, $thing 다음에 사세요.", cue: { emotion: kind, anim: nod } }
        go: $next
      - when: { tries_at_least: 3 }
        say: { id: L${block}7, ko: "그럼 $thing 여기 둘게요.", cue: { emotion: kind, anim: nod } }
        go: $next
      - when: { tries_at_least: 2 }
        say: { id: L${block}8, ko: "$thing 살 거예요, 안 살 거예요?", cue: { emotion: puzzled, anim: head_tilt } }
        go: again
      - when: otherwise
        say: { id: L${block}9, ko: "$thing 필요하세요?", cue: { emotion: puzzled, anim: bow } }
        go: again
""")
_FOOT = """
endings:
  - id: end
    when: otherwise
    result: pass
    say: { id: L900, ko: "안녕히 가세요.", cue: { emotion: smile, anim: bow } }
"""


def write_long_scene(scenes: Path, langpacks: Path) -> str:
    """Its id. The things of `THINGS` make a turn each, a turn ten lines."""
    numbered = list(enumerate(THINGS, 1))
    turns = [
        _TURN.substitute(
            number=number,
            thing=thing,
            block=f"{number:02d}",
            next=f"turn_{number + 1}" if number < len(THINGS) else "finish",
        )
        for number, thing in numbered
    ]
    (scenes / "long").mkdir()
    (scenes / "long" / "scene.yaml").write_text(_HEAD + "".join(turns) + _FOOT, "utf-8")
    numbers = range(1, len(THINGS) + 1)
    lines = [f"  L{number:02d}{each}: About {number}, line {each}." for number in numbers for each in range(10)]
    hints = [f"  H{number:02d}{each}: Hint {each} of {number}." for number in numbers for each in range(4)]
    part = [
        "schema: langpack-scene/1\npack: ko-en\nscene: long\nscene_version: 1\ntitle: A very large market",
        "brief: You buy one thing after the other.\ngoals:",
        *(f"  turn_{number}: Talk about {number}." for number, _ in numbered),
        "lines:\n  L900: Goodbye.",
        *lines,
        "hints:",
        *hints,
        "slots: {}\nslot_names: {}\nslot_questions: {}\nwords:",
        *(f"  {thing}: {{ mean: thing {number} }}" for number, thing in numbered),
    ]
    (langpacks / "ko-en" / "scenes" / "long.yaml").write_text("\n".join(part) + "\n", "utf-8")
    return "long"
