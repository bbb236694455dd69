"""Any server with OpenAI's chat completions: Ollama, vLLM, llama.cpp, or a service.

One request needs no vendor's client; aiohttp is here anyway.
"""

from typing import Annotated

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from kotoserver.domain.errors import ProviderFailed
from kotoserver.providers.language_model import LanguageModel, Prompt, Reply, Tokens
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
        self._address = f"{url.rstrip('/')}/chat/completions"
        self._key = key
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def ask(self, prompt: Prompt) -> Reply:
        try:
            # A redirect is refused, so that the key goes nowhere else.
            request = self._open().post(self._address, json=self._request(prompt), allow_redirects=False)
            async with request as response:
                if response.status == 429:
                    raise ProviderFailed("the model has had too many requests", code="rate_limited")
                if response.status >= 300:
                    raise ProviderFailed(f"the model answered with status {response.status}")
                body = await _read_bounded(response)
        except (aiohttp.ClientError, OSError) as broken:
            raise ProviderFailed(f"the model did not answer: {type(broken).__name__}") from broken
        try:
            return _reply(_Completion.model_validate_json(body))
        except ValidationError as broken:
            raise ProviderFailed("the model's server does not speak chat completions") from broken

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """Opened inside the running loop, which the session belongs to."""
        if self._closed:
            raise ProviderFailed("The connection to the model was closed.", retryable=False)
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._key.reveal()}"} if self._key else {}
            # The judge holds the one deadline; a second one here could only contradict it.
            timeout = aiohttp.ClientTimeout(total=None)
            self._session = aiohttp.ClientSession(headers=headers, timeout=timeout)
        return self._session

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


async def _read_bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise ProviderFailed("the model's answer has no end")
    return bytes(body)


def _reply(completion: _Completion) -> Reply:
    used = completion.usage or _Usage()
    tokens = Tokens(asked=used.prompt_tokens, answered=used.completion_tokens)
    if not completion.choices:
        return Reply(text="", tokens=tokens)
    choice = completion.choices[0]
    blocked = choice.finish_reason == "content_filter" or bool(choice.message.refusal)
    return Reply(text="" if blocked else choice.message.content or "", tokens=tokens, blocked=blocked)
