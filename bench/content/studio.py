"""`python -m bench.content.studio`: the studio in a headless Chromium on a scene of 60 turns and 600 lines.

How long until its text is seen, until the first findings, how long a key takes until it is painted, and how long
findings take once one stops typing. With `--quick` a few words only.
"""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright, expect

from bench.content.long_scene import write_long_scene
from kotoserver.settings import ROOT
from tests.apps import serving
from tests.browser.chromium import FLAGS
from tests.browser.desk import go_behind
from tests.browser.visitor import Visitor
from tests.servers import find_program

SENTENCE = "오늘은 아주 맛있는 과일이 많이 들어왔어요. "
PAUSES = 6

WATCH_KEYS = """() => {
    window.keys = [];
    new PerformanceObserver((list) => {
        for (const { name, startTime, duration, processingStart, processingEnd } of list.getEntries())
            if (name === "keydown" || name === "beforeinput")
                window.keys.push({ duration, work: processingEnd - processingStart, startTime });
    }).observe({ type: "event", durationThreshold: 16, buffered: false });
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: "longtask" });
}"""
"""Of every key that took longer than a frame; and of all work that kept the page from answering for 50 ms."""


async def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.content.studio", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    repeated = 1 if parser.parse_args().quick else 6
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("scenes", "langpacks"):
            shutil.copytree(ROOT / name, folder / name)
        scene_id = write_long_scene(folder / "scenes", folder / "langpacks")
        own = {"KOTO_SCENES_DIR": str(folder / "scenes"), "KOTO_LANGPACKS_DIR": str(folder / "langpacks")}
        async with serving(folder / "data", **own) as koto, async_playwright() as playwright:
            await koto.services.speech.close()  # else the authored lines would be spoken meanwhile
            home = str(koto.http.make_url("/")).rstrip("/")
            chromium = find_program("chromium")
            browser = await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
            context = await browser.new_context(viewport={"width": 1440, "height": 900})
            editor = Visitor(await context.new_page(), home, folder)
            await _open(editor, scene_id)
            await _type(editor, SENTENCE * repeated)
            await _pause(editor)
            await browser.close()
    return 0


async def _open(editor: Visitor, scene_id: str) -> None:
    """The first visit to a server that has just started, and the second one."""
    for name in ("first visit", "second visit"):
        began = time.perf_counter()
        await editor.open(f"/console/studio/scene/{scene_id}")
        await expect(editor.page.locator("#editor .cm-line").nth(20)).to_be_visible(timeout=60_000)
        seen = time.perf_counter() - began
        await expect(editor.page.locator("#findings > :not(.soft)").first).to_be_visible(timeout=60_000)
        painted = await editor.page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        )
        _tell(f"{name}: first paint", painted / 1000, 1.0, "s")
        _tell(f"{name}: the text is seen", seen, 2.0, "s")
        _tell(f"{name}: the first findings", time.perf_counter() - began, 5.0, "s")


async def _type(editor: Visitor, text: str) -> None:
    """In the middle of the scene, as fast as a quick typist: a key each 60 ms."""
    page = editor.page
    await go_behind(editor, "우산 이야기를 해 보세요.")
    await page.evaluate(WATCH_KEYS)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    await devtools.send("Performance.enable")
    before = await _worked(devtools)
    for letter in text:
        await page.keyboard.type(letter)
        await page.wait_for_timeout(60)
    _tell(
        "the page's own work for a key, on average",
        1000 * (await _worked(devtools) - before) / len(text),
        16,
        "ms",
    )
    slow: list[Any] = await page.evaluate("window.keys")
    tasks: list[float] = await page.evaluate("window.tasks")
    durations = sorted(each["duration"] for each in slow)
    works = sorted(each["work"] for each in slow)
    _tell(f"keys of {len(text)} that took over a frame", len(durations), len(text) / 4, "")
    _tell("slowest key until it was painted", durations[-1] if durations else 16, 100, "ms")
    _tell("work of the slowest key", works[-1] if works else 0, 50, "ms")
    _tell("longest task while typing", max(tasks, default=50), 100, "ms")


async def _worked(devtools: CDPSession) -> float:
    """Seconds of the processor that the page's thread has used: the same on a busy machine."""
    told = await devtools.send("Performance.getMetrics")
    return float(next(each["value"] for each in told["metrics"] if each["name"] == "ThreadTime"))


async def _pause(editor: Visitor) -> None:
    """From the last key to the findings: a pause, the question, the marks."""
    page: Page = editor.page
    took = []
    for number in range(PAUSES):
        async with page.expect_response("**/content/lint", timeout=60_000) as asked:
            began = time.perf_counter()
            await page.keyboard.type(str(number))
        await (await asked.value).finished()
        took.append(time.perf_counter() - began)
    _tell(f"findings after the last key, median of {PAUSES}", median(took), 1.0, "s")


def _tell(name: str, measured: float, limit: float, unit: str) -> None:
    verdict = "" if measured <= limit else "  ABOVE THE LIMIT"
    print(f"{name:48} {measured:8.2f} {unit:2}  (limit {limit:g} {unit}){verdict}", flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
