"""What handlers find in their application."""

from aiohttp import web

from kotoserver.services.bundle import Services
from kotoserver.settings import Settings

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
