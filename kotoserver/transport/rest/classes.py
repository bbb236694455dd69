"""The REST calls about classes."""

from kotoserver.transport.rest.models.classes import (
    ClassAnswer,
    ClassBody,
    ClassDetailAnswer,
    ClassesAnswer,
    JoinBody,
    MemberView,
)
from kotoserver.transport.rest.operations import Call


async def list_classes(call: Call) -> ClassesAnswer:
    classes = await call.services.classes.list(call.caller)
    return ClassesAnswer(classes=[ClassAnswer.of(each, call.caller) for each in classes])


async def add_class(call: Call) -> ClassAnswer:
    body: ClassBody = call.body
    return ClassAnswer.of(await call.services.classes.add(call.caller, body.name), call.caller)


async def show_class(call: Call) -> ClassDetailAnswer:
    classroom, members = await call.services.classes.show(call.caller, call.path["class_id"])
    told = ClassAnswer.of(classroom, call.caller).model_dump()
    return ClassDetailAnswer(**told, learners=[MemberView.of(member) for member in members])


async def join_class(call: Call) -> ClassAnswer:
    body: JoinBody = call.body
    return ClassAnswer.of(await call.services.classes.join(call.caller, body.code), call.caller)


async def remove_member(call: Call) -> None:
    await call.services.classes.remove(call.caller, call.path["class_id"], call.path["learner_id"])


async def erase_class(call: Call) -> None:
    await call.services.classes.erase(call.caller, call.path["class_id"])
