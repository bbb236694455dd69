"""The speech role: OpenAI's two calls of speech, answered by engines of our own, for servers elsewhere."""

from kotoserver.transport.speech_role.app import make_speech_app, make_speech_runner

__all__ = ["make_speech_app", "make_speech_runner"]
