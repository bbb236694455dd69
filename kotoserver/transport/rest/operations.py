"""A REST call as a value: what it takes, what it answers, and who may make it.

One table of these drives the router, the validation and the OpenAPI document, so the three
cannot disagree.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from kotoserver.domain.errors import BadInput, NotSignedIn
from kotoserver.domain.learner import Caller, Role
from kotoserver.services.access import refuse_other_roles
from kotoserver.services.bundle import Services
from kotoserver.services.limits import Use
from kotoserver.transport.addresses import client_address
from kotoserver.transport.keys import SERVICES, SETTINGS
from kotoserver.transport.rest.versions import etag, is_known


class Model(BaseModel):
    """A body that is sent or answered. Unknown fields are refused, so a typing mistake is heard of.

    What a learner said stays out of errors, since a traceback would carry it into the log.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class NoQuery(Model):
    pass


@dataclass(frozen=True, slots=True)
class Tagged:
    """An answer that stands for one revision of something, which becomes its ETag."""

    answer: Model
    revision: int


@dataclass(frozen=True, slots=True)
class Call:
    """One checked request."""

    request: web.Request
    services: Services
    path: dict[str, str]
    body: Any
    """An instance of the operation's `takes`, None when it takes nothing."""
    query: Any
    """An instance of the operation's `asks`."""
    signed_in: Caller | None

    @property
    def caller(self) -> Caller:
        """Who calls; only operations that are not public may ask."""
        if self.signed_in is None:
            raise NotSignedIn("Sign in first.")
        return self.signed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    method: str
    path: str
    summary: str
    handler: Callable[[Call], Awaitable["Model | Tagged | web.StreamResponse | None"]]
    answers: type[Model] | None = None
    """None: no JSON body."""
    media_type: str = "application/json"
    takes: type[Model] | None = None
    takes_form: bool = False
    """The body is multipart/form-data with the fields of `takes`, and the handler reads it piece by piece."""
    asks: type[Model] = NoQuery
    status: int = 200
    public: bool = False
    roles: frozenset[Role] = frozenset(Role)
    """Who may call it; others get 403 `wrong_role`. The service behind it may be stricter."""
    guards_revision: bool = False
    """Takes `If-Match`, and answers with an ETag."""
    is_repeatable: bool = False
    """Takes an `Idempotency-Key`: sent again with it, it does nothing twice."""
    most_bytes: int | None = None
    """Of the body, where that may be larger than anything that learners send."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Checks the request, calls the handler, and puts the answer into JSON."""
        services = request.app[SERVICES]
        signed_in = None if self.public else await self._signed_in(request, services)
        call = Call(
            request=request,
            services=services,
            path=dict(request.match_info),
            body=await self._body(self._roomy(request)),
            query=_checked(self.asks, _single_values(request), "query"),
            signed_in=signed_in,
        )
        answer = await self.handler(call)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            return web.Response(status=self.status)
        if not isinstance(answer, Tagged):
            return _json(answer, self.status)
        if request.method == "GET" and is_known(request, answer.revision):
            return web.Response(status=304, headers={"ETag": etag(answer.revision)})
        response = _json(answer.answer, self.status)
        response.headers["ETag"] = etag(answer.revision)
        return response

    def _roomy(self, request: web.Request) -> web.Request:
        return request if self.most_bytes is None else request.clone(client_max_size=self.most_bytes)

    async def _signed_in(self, request: web.Request, services: Services) -> Caller:
        caller = await services.accounts.caller(bearer_token(request), address=client_address(request))
        await services.limits.count(Use.LEARNER_REQUESTS, caller.learner_id)
        refuse_other_roles(caller, self.roles)
        return caller

    async def _body(self, request: web.Request) -> Model | None:
        if self.takes is None or self.takes_form:
            return None
        return read_json(self.takes, await _whole_body(request))


async def _whole_body(request: web.Request) -> bytes:
    """BadInput code `body_too_slow` for one that comes in drops."""
    try:
        async with asyncio.timeout(request.app[SETTINGS].limits.body_seconds):
            return await request.read()
    except TimeoutError as error:
        raise BadInput("The request's body did not come in time; send it again.", code="body_too_slow") from error


def _json(answer: Model, status: int) -> web.Response:
    return web.Response(
        body=answer.model_dump_json(by_alias=True, exclude_none=False).encode(),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


def read_json(model: type[Model], content: bytes) -> Model:
    """The body as a `model`. BadInput codes `bad_json`, `bad_request` (details name each field)."""
    try:
        return model.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise _refusal(error, "body") from error


def bearer_token(request: web.Request) -> str:
    """The token of the Authorization header. NotSignedIn when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("Sign in first: send `Authorization: Bearer TOKEN`.")
    return token.strip()


def _single_values(request: web.Request) -> dict[str, str]:
    """The query; a name given twice is refused rather than half read."""
    twice = sorted(name for name in request.query if len(request.query.getall(name)) > 1)
    if twice:
        raise BadInput(f"The query names {', '.join(dict.fromkeys(twice))} more than once.", code="bad_request")
    return dict(request.query)


def _checked(model: type[Model], values: dict[str, str], where: str) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _refusal(error, where) from error


def _refusal(error: ValidationError, where: str) -> BadInput:
    """What is wrong with each field; the values themselves are not repeated."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    if any(problem["type"] == "json_invalid" for problem in problems):
        return BadInput("The body is not JSON.", code="bad_json")
    fields = [
        {"field": ".".join(map(str, problem["loc"])) or where, "problem": problem["msg"]} for problem in problems
    ]
    first = fields[0]
    return BadInput(
        f"The {where} is not as expected: {first['field']}: {first['problem']}.",
        code="bad_request",
        details={"fields": fields},
    )
