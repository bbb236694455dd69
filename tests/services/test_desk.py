"""The desk of the studio: what it loads, it lets go of."""

import gc
import weakref

from kotoserver.bootstrap.judging import open_proofreader
from kotoserver.content.drafts import Folders
from kotoserver.ports.proofreading import Proofreader
from kotoserver.services.desk import Desk
from kotoserver.settings import ROOT, Settings


async def test_a_desk_that_is_closed_gives_the_memory_of_its_proofreader_back():
    settings = Settings.from_environ({})
    folders = Folders(scenes=ROOT / "scenes", langpacks=ROOT / "langpacks")
    desk = Desk(folders, lambda: open_proofreader(settings, folders))
    gc.disable()
    try:
        loaded: weakref.ref[Proofreader] = await desk.work(lambda: weakref.ref(desk.proofreader(folders)))
        assert loaded() is not None
        await desk.close()
        assert loaded() is None
    finally:
        gc.enable()
