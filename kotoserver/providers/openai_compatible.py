"""Any server with OpenAI's chat completions: Ollama, vLLM, llama.cpp, or a service.

One request needs no vendor's client; aiohttp is here anyway.
"""

from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from kotoserver.domain.errors import ProviderFailed
from kotoserver.providers.language_model import LanguageModel, Prompt, Reply, Tokens
from kotoserver.providers.openai_server import OpenAiServer
from kotoserver.settings import Secret

_MOST_BYTES = 1_000_000
"""Of a response."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: Annotated[int, Field(ge=0)] = 0
    completion_tokens: Annotated[int, Field(ge=0)] = 0


class _Completion(BaseModel):
    choices: list[_Choice] = []
    usage: _Usage | None = None


class OpenAiCompatibleModel(LanguageModel):
    name = "openai_compatible"

    def __init__(self, url: str, model: str, key: Secret | None = None) -> None:
        """`url` is what the product calls its base URL, such as `http://127.0.0.1:11434/v1`."""
        self.model = model
        self._server = OpenAiServer(url, key, "the model")

    async def ask(self, prompt: Prompt) -> Reply:
        async with self._server.post("chat/completions", json=self._request(prompt)) as response:
            body = await self._server.read(response, _MOST_BYTES)
        try:
            return _reply(_Completion.model_validate_json(body))
        except ValidationError as broken:
            raise ProviderFailed("the model's server does not speak chat completions") from broken

    async def close(self) -> None:
        await self._server.close()

    def _request(self, prompt: Prompt) -> dict[str, object]:
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": prompt.instruction},
                {"role": "user", "content": prompt.question},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "judgement", "strict": True, "schema": dict(prompt.schema)},
            },
            "temperature": 0,
            "max_tokens": prompt.most_answered,
        }


def _reply(completion: _Completion) -> Reply:
    used = completion.usage or _Usage()
    tokens = Tokens(asked=used.prompt_tokens, answered=used.completion_tokens)
    if not completion.choices:
        return Reply(text="", tokens=tokens)
    choice = completion.choices[0]
    blocked = choice.finish_reason == "content_filter" or bool(choice.message.refusal)
    return Reply(text="" if blocked else choice.message.content or "", tokens=tokens, blocked=blocked)
