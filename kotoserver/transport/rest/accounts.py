"""The REST calls about oneself: signing in and out, one's account, and being forgotten."""

from kotoserver.transport.addresses import client_address
from kotoserver.transport.rest.models.accounts import (
    CredentialsBody,
    GuestBody,
    LearnerAnswer,
    LoginBody,
    PatchMeBody,
    RefreshBody,
    SignedInAnswer,
)
from kotoserver.transport.rest.operations import Call, bearer_token


async def sign_in_guest(call: Call) -> SignedInAnswer:
    body: GuestBody = call.body
    address = client_address(call.request)
    return SignedInAnswer.of(await call.services.accounts.sign_in_guest(body.native, body.name, address=address))


async def sign_in(call: Call) -> SignedInAnswer:
    body: LoginBody = call.body
    address = client_address(call.request)
    return SignedInAnswer.of(await call.services.accounts.sign_in(body.email, body.password, address=address))


async def renew(call: Call) -> SignedInAnswer:
    body: RefreshBody = call.body
    address = client_address(call.request)
    return SignedInAnswer.of(await call.services.accounts.renew(body.refresh_token, address=address))


async def sign_out(call: Call) -> None:
    body: RefreshBody = call.body
    await call.services.accounts.sign_out(body.refresh_token)


async def sign_out_everywhere(call: Call) -> None:
    await call.services.accounts.sign_out_everywhere(call.caller.learner_id)
    await call.services.erasing.send_away(call.caller.learner_id)


async def set_credentials(call: Call) -> SignedInAnswer:
    body: CredentialsBody = call.body
    signed_in = await call.services.accounts.set_credentials(
        call.caller, body.email, body.password, current_password=body.current_password
    )
    return SignedInAnswer.of(signed_in)


async def show_me(call: Call) -> LearnerAnswer:
    return LearnerAnswer.of(await call.services.accounts.learner(bearer_token(call.request)))


async def patch_me(call: Call) -> LearnerAnswer:
    body: PatchMeBody = call.body
    await call.services.recordings.agree(call.caller, body.keep_recordings)
    return await show_me(call)


async def erase_me(call: Call) -> None:
    await call.services.users.erase_oneself(call.caller)
