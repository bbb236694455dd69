"""Whatever a cue names, the drawn stage shows."""

from pathlib import Path

import pytest
import yaml

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CUES = yaml.safe_load((Path(__file__).parents[2] / "scenes" / "catalog" / "cues.yaml").read_text())

SHOW_EVERYTHING = """async (cues) => {
  const at = (path) => new URL(`../../stage/${path}`, document.querySelector("script[type=module]").src).href;
  const { raiseStage } = await import(at("stage.js"));
  const { EMOTIONS } = await import(at("emotions.js"));
  const { GESTURES } = await import(at("gestures.js"));
  const problems = [];
  for (const background of Object.keys(cues.backgrounds)) {
    const place = document.createElement("div");
    document.body.append(place);
    const stage = await raiseStage(place, background);
    if (!stage) { problems.push(`background ${background}`); continue; }
    const svg = place.querySelector("svg");
    const part = (name) => svg.querySelector(`#${name}`).outerHTML;
    const face = () => ["mouth", "brow-l", "eye-l", "lid-l"].map(part).join();
    const faces = new Map();
    for (const emotion of Object.keys(cues.emotions)) {
      if (!Object.hasOwn(EMOTIONS, emotion)) problems.push(`emotion ${emotion}`);
      stage.show({ emotion });
      faces.set(emotion, face());
    }
    const resting = new Set(["neutral", "calm"]);
    const expressive = [...faces].filter(([name]) => !resting.has(name)).map(([, drawn]) => drawn);
    if (new Set(expressive).size < expressive.length) problems.push("two emotions look alike");
    for (const anim of Object.keys(cues.anims)) {
      stage.show({ anim });
      const moving = svg.getAnimations({ subtree: true }).map((each) => each.effect.target);
      const moved = moving.filter((each) => each.classList.contains("bone"));
      const bones = Object.keys(GESTURES[anim]?.bones ?? { none: 0 });
      if (moved.length !== bones.length) problems.push(`anim ${anim}`);
    }
    for (const prop of Object.keys(cues.props)) {
      stage.show({ prop });
      const all = [...svg.querySelectorAll("[id^=prop-]")];
      const shown = all.filter((each) => each.getAttribute("display") !== "none");
      if (shown.length !== 1 || shown[0].id !== `prop-${prop}`) problems.push(`prop ${prop}`);
      else if (shown[0].getBoundingClientRect().width < 10) problems.push(`prop ${prop} is too small to see`);
    }
  }
  return problems;
}"""


SMALL_FACES = """async (emotions) => {
  const at = new URL("../../stage/small_face.js", document.querySelector("script[type=module]").src).href;
  const { smallFace } = await import(at);
  document.querySelector("main").replaceChildren(...emotions.map(smallFace));
  return [...document.querySelectorAll("main .small-face")].map((each) => each.innerHTML);
}"""


async def test_every_emotion_of_the_catalogue_has_a_small_face_of_its_own(visit: Visit):
    someone = await visit(reduced_motion="reduce")
    await someone.open("/console/play/cafe")
    await someone.page.locator("#start:enabled").wait_for()
    faces = await someone.page.evaluate(SMALL_FACES, list(CUES["emotions"]))
    assert len(set(faces)) == len(CUES["emotions"])


async def test_every_cue_of_the_catalogue_can_be_drawn(visit: Visit):
    someone = await visit(reduced_motion="reduce")
    await someone.open("/console/play/cafe")
    await someone.page.locator("#start:enabled").wait_for()
    assert await someone.page.evaluate(SHOW_EVERYTHING, CUES) == []
