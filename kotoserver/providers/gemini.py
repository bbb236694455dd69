"""Google's Gemini models, through the vendor's own client."""

import aiohttp
from google.genai import Client
from google.genai.errors import APIError
from google.genai.types import (
    AutomaticFunctionCallingConfig,
    FinishReason,
    GenerateContentConfig,
    GenerateContentResponse,
    HttpOptions,
    HttpRetryOptions,
)

from kotoserver import telemetry
from kotoserver.domain.errors import ProviderFailed
from kotoserver.providers.language_model import LanguageModel, Prompt, Reply, Tokens
from kotoserver.providers.openai_server import failure_of_status
from kotoserver.settings import Secret

ADDRESS = "https://generativelanguage.googleapis.com"

_BLOCKED = frozenset(
    {
        FinishReason.SAFETY,
        FinishReason.RECITATION,
        FinishReason.LANGUAGE,
        FinishReason.BLOCKLIST,
        FinishReason.PROHIBITED_CONTENT,
        FinishReason.SPII,
    }
)


class GeminiModel(LanguageModel):
    name = "gemini"

    def __init__(self, model: str, key: Secret, *, address: str = ADDRESS) -> None:
        self.model = model
        self._key = key
        self._address = address
        self._client: Client | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def ask(self, prompt: Prompt) -> Reply:
        config = GenerateContentConfig(
            system_instruction=prompt.instruction,
            response_mime_type="application/json",
            response_json_schema=dict(prompt.schema),
            max_output_tokens=prompt.most_answered,
            automatic_function_calling=AutomaticFunctionCallingConfig(disable=True),
            http_options=HttpOptions(headers=telemetry.outgoing()),
        )
        try:
            response = await self._open().aio.models.generate_content(
                model=self.model, contents=prompt.question, config=config
            )
        except APIError as refused:
            raise failure_of_status(refused.code, "gemini") from refused
        except (aiohttp.ClientError, OSError) as broken:
            raise ProviderFailed(f"gemini did not answer: {type(broken).__name__}", code="unavailable") from broken
        except ValueError as broken:  # a body that is no JSON
            raise ProviderFailed("gemini's answer cannot be read") from broken
        return _reply(response)

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _open(self) -> Client:
        """Opened inside the running loop, which the session belongs to."""
        if self._closed:
            raise ProviderFailed("The connection to gemini was closed.", retryable=False)
        if self._client is None:
            self._session = aiohttp.ClientSession(trust_env=True)
            options = HttpOptions(
                base_url=self._address,
                aiohttp_client=self._session,
                retry_options=HttpRetryOptions(attempts=1),  # retrying is the judge's business
            )
            self._client = Client(vertexai=False, api_key=self._key.reveal(), http_options=options)
        return self._client


def _reply(response: GenerateContentResponse) -> Reply:
    used = response.usage_metadata
    tokens = Tokens(
        asked=(used.prompt_token_count or 0) if used else 0,
        answered=((used.candidates_token_count or 0) + (used.thoughts_token_count or 0)) if used else 0,
    )
    refused = response.prompt_feedback is not None and response.prompt_feedback.block_reason is not None
    candidate = response.candidates[0] if response.candidates else None
    if refused or (candidate is not None and candidate.finish_reason in _BLOCKED):
        return Reply(text="", tokens=tokens, blocked=True)
    parts = candidate.content.parts or [] if candidate is not None and candidate.content is not None else []
    return Reply(text="".join(part.text or "" for part in parts if not part.thought), tokens=tokens)
