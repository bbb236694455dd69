"""The developer console under /console: pages from templates, and the files they load."""

from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from kotoserver.transport.console import handlers, people, reviews, signing, studio, teaching
from kotoserver.transport.console.reference import reference
from kotoserver.transport.console.static import STATIC, StaticFiles
from kotoserver.transport.keys import SETTINGS


def add_console(app: web.Application, web_dir: Path) -> None:
    """Registers the console's pages; `web_dir` holds `templates/` and `static/`."""
    static = StaticFiles(web_dir / "static")
    app[STATIC] = static
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(web_dir / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        enable_async=False,
    )
    environment.globals["static"] = static.url
    environment.globals["development"] = app[SETTINGS].development
    app.router.add_get("/console", handlers.to_home)
    app.router.add_get("/console/", handlers.home)
    app.router.add_get("/console/play/{scene_id}", handlers.play)
    app.router.add_get("/console/sessions", handlers.sessions)
    app.router.add_get("/console/sessions/{session_id}", handlers.session)
    app.router.add_get("/console/lab", handlers.lab)
    app.router.add_get("/console/studio", studio.studio)
    app.router.add_get("/console/studio/{kind}/{draft_id}", studio.draft)
    app.router.add_get("/console/studio/scene/{scene_id}/lines", studio.lines)
    app.router.add_get("/console/studio/scene/{scene_id}/sentences", studio.sentences)
    app.router.add_get("/console/review/{token}", reviews.review)
    app.router.add_get("/console/account", people.account)
    app.router.add_post("/console/account", people.set_credentials)
    app.router.add_get("/console/classes", teaching.classes)
    app.router.add_get("/console/classes/{class_id}", teaching.classroom)
    app.router.add_get("/console/lessons", teaching.lessons)
    app.router.add_get("/console/lessons/{lesson_id}", teaching.lesson)
    app.router.add_get("/console/users", people.users)
    app.router.add_get("/console/audit", people.audit)
    app.router.add_get("/console/server", people.status)
    app.router.add_get("/console/sign-in", signing.show)
    app.router.add_post("/console/sign-in", signing.sign_in)
    app.router.add_post("/console/sign-out", signing.sign_out)
    app.router.add_post("/console/token", signing.fresh_token)
    app.router.add_get("/koto-api/docs", reference)
    app.router.add_get("/console/static/{version}/{path:.+}", static.serve)
    app.router.add_get("/console/{anything:.*}", handlers.nowhere)
