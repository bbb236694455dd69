"""What every storage keeps of people: accounts, sign-ins, classes and the audit."""

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kotoserver.domain.audit import Action, AuditEntry
from kotoserver.domain.classroom import Classroom
from kotoserver.domain.errors import Conflict, NotFound
from kotoserver.domain.learner import Learner, Role, SignIn
from kotoserver.ports.storage import SessionFilter, Storage
from tests.stored import BEGINNING, learner, session


def at(minute: int) -> datetime:
    return BEGINNING + timedelta(minutes=minute)


def somebody(number: int, **changes: object) -> Learner:
    made = replace(learner(f"lrn_{number}"), created_at=at(number))
    return replace(made, **changes)  # type: ignore[arg-type]  # named by each test


def device(learner_id: str = "lrn_1", sign_in_id: str = "sign_1") -> SignIn:
    return SignIn(
        id=sign_in_id,
        learner_id=learner_id,
        generation=0,
        created_at=BEGINNING,
        renewed_at=BEGINNING,
        expires_at=at(60),
    )


def evening_class(teacher_id: str = "lrn_1", code: str = "ABCD2345") -> Classroom:
    return Classroom(id=f"class_{code}", teacher_id=teacher_id, name="Malam", code=code, created_at=BEGINNING)


def entry(number: int, **changes: object) -> AuditEntry:
    made = AuditEntry(
        id=f"audit_{number}",
        at=at(number),
        actor_id="lrn_9",
        action=Action.ROLE_CHANGED,
        subject="lrn_1",
        address="203.0.113.7",
        details={"from": "learner", "to": "editor"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # named by each test


# ── accounts ─────────────────────────────────────────────────────────────────────────────────


async def test_an_account_is_found_by_its_email(storage: Storage):
    await storage.add_learner(somebody(1, email="sari@example.org"))
    await storage.add_learner(somebody(2))
    found = await storage.find_learner_by_email("sari@example.org")
    assert found == somebody(1, email="sari@example.org")
    assert await storage.find_learner_by_email("nobody@example.org") is None


async def test_an_email_belongs_to_one_account(storage: Storage):
    await storage.add_learner(somebody(1, email="sari@example.org"))
    with pytest.raises(Conflict):
        await storage.add_learner(somebody(2, email="sari@example.org"))


async def test_a_guest_gets_credentials(storage: Storage):
    await storage.add_learner(somebody(1))
    assert await storage.find_password("lrn_1") is None
    await storage.set_credentials("lrn_1", email="sari@example.org", password="hashed")
    assert await storage.find_password("lrn_1") == "hashed"
    assert await storage.find_learner("lrn_1") == somebody(1, email="sari@example.org")
    await storage.replace_password("lrn_1", "hashed anew")
    assert await storage.find_password("lrn_1") == "hashed anew"


async def test_an_email_that_is_taken_is_a_conflict_and_changes_nothing(storage: Storage):
    await storage.add_learner(somebody(1, email="sari@example.org"))
    await storage.add_learner(somebody(2))
    with pytest.raises(Conflict):
        await storage.set_credentials("lrn_2", email="sari@example.org", password="hashed")
    assert await storage.find_password("lrn_2") is None


async def test_everybody_is_listed_newest_first_in_pages(storage: Storage):
    for number in range(1, 6):
        await storage.add_learner(somebody(number))
    first = await storage.list_learners(limit=2)
    second = await storage.list_learners(limit=2, before=first.next_before)
    third = await storage.list_learners(limit=2, before=second.next_before)
    pages = [[each.id for each in page.learners] for page in (first, second, third)]
    assert pages == [["lrn_5", "lrn_4"], ["lrn_3", "lrn_2"], ["lrn_1"]]
    assert third.next_before is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("SARI", ["lrn_1"]),
        ("example", ["lrn_2"]),
        ("lrn_3", ["lrn_3"]),
        ("ÖMER", ["lrn_3"]),
        ("민지", ["lrn_3"]),
        (unicodedata.normalize("NFD", "민지"), ["lrn_3"]),
        ("%", []),
        ("_", ["lrn_3", "lrn_2", "lrn_1"]),
    ],
)
async def test_people_are_found_by_any_part_of_name_email_or_id(storage: Storage, words: str, found: list[str]):
    await storage.add_learner(somebody(1, name="Sari"))
    await storage.add_learner(somebody(2, name=None, email="budi@example.org"))
    await storage.add_learner(somebody(3, name=unicodedata.normalize("NFD", "Ömer 민지")))
    assert [each.id for each in (await storage.list_learners(words=words)).learners] == found


async def test_people_are_found_by_role(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.add_learner(somebody(2, role=Role.EDITOR))
    assert [each.id for each in (await storage.list_learners(role=Role.EDITOR)).learners] == ["lrn_2"]


async def test_a_change_is_stored_against_the_revision_it_was_read_at(storage: Storage):
    await storage.add_learner(somebody(1))
    changed = somebody(1, role=Role.TEACHER, blocked=True, name="Bu Sari", revision=2)
    await storage.update_learner(changed, read_at=1)
    assert await storage.find_learner("lrn_1") == changed
    with pytest.raises(Conflict):
        await storage.update_learner(replace(changed, revision=2, role=Role.ADMIN), read_at=1)
    assert await storage.find_learner("lrn_1") == changed


async def test_nobody_cannot_be_changed(storage: Storage):
    with pytest.raises(NotFound) as refused:
        await storage.update_learner(somebody(1), read_at=1)
    assert refused.value.code == "no_such_user"


async def test_guests_who_never_played_and_are_signed_out_are_silent(storage: Storage):
    for number in range(1, 6):
        await storage.add_learner(somebody(number))
    await storage.add_learner(somebody(6, email="sari@example.org"))
    await storage.add_learner(somebody(7, role=Role.EDITOR))
    await storage.open_session(session(learner_id="lrn_2"), [], [])
    await storage.add_sign_in(device("lrn_3"))
    await storage.add_sign_in(replace(device("lrn_4", "sign_2"), expires_at=at(10)))
    assert await storage.list_silent_guests(at(59)) == ["lrn_1", "lrn_4", "lrn_5"]
    assert await storage.list_silent_guests(at(59), limit=1) == ["lrn_1"]
    assert await storage.list_silent_guests(at(1)) == []


# ── sign-ins ─────────────────────────────────────────────────────────────────────────────────


async def test_a_sign_in_is_found_until_it_is_ended(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.add_sign_in(device())
    assert await storage.find_sign_in("sign_1") == device()
    await storage.end_sign_in("sign_1")
    assert await storage.find_sign_in("sign_1") is None


async def test_a_sign_in_is_renewed_by_one_of_two(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.add_sign_in(device())
    renewed = replace(device(), generation=1, renewed_at=at(3), expires_at=at(90))
    await storage.renew_sign_in(renewed)
    with pytest.raises(Conflict):
        await storage.renew_sign_in(replace(renewed, renewed_at=at(4)))
    assert await storage.find_sign_in("sign_1") == renewed


async def test_a_learner_is_signed_out_everywhere_and_nobody_else_is(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.add_learner(somebody(2))
    for number, owner in enumerate(("lrn_1", "lrn_1", "lrn_2")):
        await storage.add_sign_in(device(owner, f"sign_{number}"))
    await storage.end_sign_ins("lrn_1", at=at(9))
    found = [await storage.find_sign_in(f"sign_{number}") for number in range(3)]
    assert found == [None, None, device("lrn_2", "sign_2")]
    assert await storage.find_learner("lrn_1") == somebody(1, signed_out_at=at(9))
    assert await storage.find_learner("lrn_2") == somebody(2)


async def test_a_change_by_an_admin_does_not_take_back_that_a_learner_was_signed_out(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.end_sign_ins("lrn_1", at=at(9))
    await storage.update_learner(somebody(1, name="Budi", revision=2), read_at=1)
    assert await storage.find_learner("lrn_1") == somebody(1, name="Budi", revision=2, signed_out_at=at(9))


async def test_sign_ins_are_forgotten_once_they_expired(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.add_sign_in(device())
    await storage.forget_sign_ins(at(60))
    assert await storage.find_sign_in("sign_1") is not None
    await storage.forget_sign_ins(at(61))
    assert await storage.find_sign_in("sign_1") is None


# ── classes ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def teacher(storage: Storage) -> str:
    """A teacher with a class; `lrn_2` and `lrn_3` are learners."""
    for number in (1, 2, 3):
        await storage.add_learner(somebody(number))
    await storage.add_class(evening_class())
    return "lrn_1"


async def test_a_class_counts_and_lists_its_members_in_the_order_of_joining(storage: Storage, teacher: str):
    await storage.join_class("class_ABCD2345", "lrn_3", at(1))
    await storage.join_class("class_ABCD2345", "lrn_2", at(2))
    await storage.join_class("class_ABCD2345", "lrn_3", at(3))
    found = await storage.find_class_by_code("ABCD2345")
    assert found == replace(evening_class(), members=2)
    members = await storage.list_members("class_ABCD2345")
    assert [(each.learner.id, each.joined_at) for each in members] == [("lrn_3", at(1)), ("lrn_2", at(2))]


async def test_a_teacher_teaches_the_members_until_they_leave(storage: Storage, teacher: str):
    await storage.join_class("class_ABCD2345", "lrn_2", at(1))
    assert await storage.teaches(teacher, "lrn_2")
    assert not await storage.teaches(teacher, "lrn_3")
    assert not await storage.teaches("lrn_2", teacher)
    await storage.leave_class("class_ABCD2345", "lrn_2")
    assert not await storage.teaches(teacher, "lrn_2")


async def test_a_class_is_listed_for_its_teacher_and_its_members(storage: Storage, teacher: str):
    await storage.join_class("class_ABCD2345", "lrn_2", at(1))
    listed = {
        each: [found.id for found in await storage.list_classes(each)] for each in ("lrn_1", "lrn_2", "lrn_3")
    }
    assert listed == {"lrn_1": ["class_ABCD2345"], "lrn_2": ["class_ABCD2345"], "lrn_3": []}


async def test_a_code_belongs_to_one_class(storage: Storage, teacher: str):
    with pytest.raises(Conflict):
        await storage.add_class(replace(evening_class(), id="class_2"))


async def test_an_erased_class_leaves_its_members(storage: Storage, teacher: str):
    await storage.join_class("class_ABCD2345", "lrn_2", at(1))
    await storage.erase_class("class_ABCD2345")
    assert await storage.find_class("class_ABCD2345") is None
    assert await storage.find_learner("lrn_2") is not None
    assert not await storage.teaches(teacher, "lrn_2")


async def test_nobody_joins_a_class_that_is_not_there(storage: Storage, teacher: str):
    with pytest.raises(NotFound):
        await storage.join_class("class_none", "lrn_2", at(1))


async def test_a_teacher_sees_the_sessions_of_their_own_learners(storage: Storage, teacher: str):
    await storage.join_class("class_ABCD2345", "lrn_2", at(1))
    await storage.open_session(session("sess_a", learner_id="lrn_2", minute=1), [], [])
    await storage.open_session(session("sess_b", learner_id="lrn_3", minute=2), [], [])
    of_learners = await storage.list_sessions(None, only=SessionFilter(teacher_id=teacher))
    of_all = await storage.list_sessions(None)
    assert [each.id for each in of_learners.sessions] == ["sess_a"]
    assert [each.id for each in of_all.sessions] == ["sess_b", "sess_a"]


async def test_an_erased_teacher_takes_the_class_along(storage: Storage, teacher: str):
    await storage.erase_learner(teacher)
    assert await storage.find_class("class_ABCD2345") is None


# ── the audit ────────────────────────────────────────────────────────────────────────────────


async def test_the_audit_is_read_newest_first_in_pages(storage: Storage):
    for number in range(1, 4):
        await storage.add_audit(entry(number))
    first = await storage.list_audit(limit=2)
    second = await storage.list_audit(limit=2, before=first.next_before)
    assert [*first.entries, *second.entries] == [entry(3), entry(2), entry(1)]
    assert second.next_before is None


async def test_the_audit_is_asked_about_an_action_or_a_person(storage: Storage):
    await storage.add_audit(entry(1))
    await storage.add_audit(entry(2, action=Action.SIGN_IN_FAILED, actor_id="", subject="lrn_2"))
    await storage.add_audit(entry(3, actor_id="lrn_2", subject="sess_1"))
    assert (await storage.list_audit(action=Action.SIGN_IN_FAILED)).entries[0].id == "audit_2"
    assert [each.id for each in (await storage.list_audit(about="lrn_2")).entries] == ["audit_3", "audit_2"]


async def test_the_audit_outlives_those_it_is_about_and_is_forgotten_in_time(storage: Storage):
    await storage.add_learner(somebody(1))
    for number in (1, 2):
        await storage.add_audit(entry(number))
    await storage.erase_learner("lrn_1")
    await storage.forget_audit(at(2))
    assert (await storage.list_audit()).entries == (entry(2),)


async def test_where_an_erased_learner_came_from_is_forgotten(storage: Storage):
    await storage.add_learner(somebody(1))
    await storage.add_audit(entry(1, actor_id="lrn_1"))
    await storage.add_audit(entry(2))
    await storage.erase_learner("lrn_1")
    assert [each.address for each in (await storage.list_audit()).entries] == ["203.0.113.7", ""]
