"""A scene as large as the studio has to bear: sixty turns on six hundred lines, each with ways on and past."""

TURNS = 60

_HEAD = """\
schema: scene/1
id: large
version: 0
title: 아주 긴 장면
level: { topik: 1, cefr: A1 }
speech: { target: 해요체, also_ok: 합쇼체 }
packs: ko-en
stage: { background: cafe_counter_day, camera: counter_two_shot }
npcs:
  barista: { name: 민지, voice: ko-f-02, speech: 해요체, model: barista_minji }
slots:
  drink:
    values: { coffee: 커피, tea: 녹차 }
common: [ask_repeat, need_time]
scoring: { task: 50, language: 20, speech_level: 20, delivery: 10, pass: 60 }
retry: { max_tries: 2 }
limits: { minutes: 60, learner_turns: 200, silence_seconds: 10, ending: practice }
start: turn_01
turns:
"""
_TURN = """\
  - id: turn_{number:02}
    goal: 음료를 주문하세요.
    npc: {{ id: L{line}, ko: "{number}번 손님, 뭐 드릴까요?", cue: {{ emotion: smile }} }}
    learner:
      expect: {{ order: {{ may_have: drink, examples: ["커피 주세요.", "녹차 한 잔 주세요.", "커피요."] }} }}
      model: {{ id: L{model}, ko: "커피 주세요." }}
    then:
      - {{ when: {{ intent: order, slot: {{ drink: tea }} }}, go: {skip} }}
      - {{ when: {{ intent: order }}, go: {on} }}
      - {{ when: otherwise, go: {on} }}
"""
_ENDINGS = """\
endings:
  - { id: good, when: { score_at_least: 60 }, result: pass, say: { id: L9001, ko: "감사합니다." } }
  - { id: practice, when: otherwise, result: try_again, say: { id: L9002, ko: "또 오세요." } }
"""


def large_scene(turns: int = TURNS) -> str:
    """The text of `scene.yaml`; the folder is to be called `large`."""

    def turn(number: int) -> str:
        return f"turn_{number:02}" if number <= turns else "finish"

    body = "".join(
        _TURN.format(
            number=number,
            line=1000 + 10 * number,
            model=1001 + 10 * number,
            on=turn(number + 1),
            skip=turn(number + 3),
        )
        for number in range(1, turns + 1)
    )
    return _HEAD + body + _ENDINGS
