"""Docker Compose brings up the whole stack from compose.yaml as it is, and what is documented works with it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.image.building import BuiltImage
from tests.image.container import USER
from tests.image.engine import Engine, docker_engine
from tests.image.stack import Stack, prepared_stack
from tests.replicas.learners import Learner

pytestmark = pytest.mark.image
ADDRESS = "http://127.0.0.1:5000"
JOBS = {"migrate": "applied", "bucket": "is there, and private"}
SECRETS = ("koto_secret", "postgres_password", "database_password", "redis_password", "minio_secret_key")
WATCHING = ("prometheus", "alertmanager", "node", "blackbox")
WATCHED = {
    'up{job="koto"}': 1,
    'up{job="node"}': 1,
    'up{job="prometheus"}': 1,
    "count(koto_dependency_up == 1)": 5,
    'node_filesystem_size_bytes{mountpoint="/"}': 1,
}
"""A query -> the least it gives."""
INIT = "/docker-entrypoint-initdb.d/init.sql"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Before the image: where there is no engine, none needs to be built."""
    with docker_engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def stack(engine: Engine, image: BuiltImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Up, as after the first `docker compose up`."""
    with prepared_stack(engine, image, tmp_path_factory.mktemp("stack")) as stack:
        stack.up()
        yield stack


@asynccontextmanager
async def visitor(stack: Stack, address: str = ADDRESS, **options: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """Someone on the machine of the stack."""
    with stack.engine.network():
        async with aiohttp.ClientSession(address, **options) as http:
            yield http


async def test_the_jobs_end_well_and_the_app_is_ready_over_all_three_stores(stack: Stack):
    for job, said in JOBS.items():
        assert stack.inspect(job)["State"]["ExitCode"] == 0
        assert said in stack.compose("logs", job)
    async with visitor(stack) as http, http.get("/health/ready") as answer:
        assert answer.status == 200
        checks = (await answer.json())["checks"]
    assert {check["state"] for check in checks} == {"ok"}
    found = {check["kind"]: check["name"] for check in checks}
    assert (found["database"], found["bus"], found["blobs"]) == ("postgresql", "redis", "s3")


def test_every_service_is_confined_and_knows_no_secret_by_its_environment(stack: Stack):
    secrets = [(stack.folder / "secrets" / name).read_text() for name in SECRETS]
    for service in ("app", "postgres", "redis", "minio"):
        found = stack.inspect(service)
        assert is_confined(found)
        assert found["HostConfig"]["PidsLimit"] == 512
        assert not [secret for secret in secrets if secret in str(found["Config"])]


def is_confined(found: dict[str, Any]) -> bool:
    """It is well, and nobody outside this machine reaches it."""
    host = found["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["Memory"] > 0
    assert host["CapDrop"] == ["ALL"]
    assert found["State"]["Health"]["Status"] == "healthy"
    return all(each["HostIp"] == "127.0.0.1" for ports in (host["PortBindings"] or {}).values() for each in ports)


def test_the_processes_are_no_longer_roots(stack: Stack):
    for service in ("app", "postgres", "redis"):
        # The first process is a small one that looks after the app.
        one = "1" if service != "app" else "self"
        status = stack.compose("exec", "-T", service, "cat", f"/proc/{one}/status")
        uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
        assert uid != "0", service
        assert service != "app" or uid == str(USER)


def test_what_looks_after_it_works(stack: Stack):
    """The check-up, with nothing broken, and the dump of docs/docker.md."""
    told = stack.compose("exec", "-T", "app", "python", "-m", "kotoserver", "doctor")
    assert "ok  database: It answers, takes writes" in told
    dump = stack.compose("exec", "-T", "postgres", "pg_dump", "-U", "koto", "koto")
    assert "CREATE TABLE koto.sessions" in dump


async def test_a_backup_of_the_stack_fills_an_empty_one(stack: Stack):
    """By the two scripts of ops/backup, as docs/operations.md has it."""
    async with visitor(stack) as http:
        learner = await Learner(http).enter()
        await learner.say("before")
        await learner.leave()
    stack.script("ops/backup/compose-backup")
    (name,) = stack.compose("exec", "-T", "app", "ls", "/data/backups").split()
    assert "good: made" in stack.compose(
        "exec", "-T", "app", "python", "-m", "kotoserver", "backup", "verify", name
    )
    stack.compose("cp", f"app:/data/backups/{name}", str(stack.folder / name))
    stack.compose("down", "--volumes", "--timeout", "5")
    assert "restored" in stack.script("ops/backup/compose-restore", name)
    stack.up()
    async with visitor(stack) as http:
        again = learner.elsewhere(http)
        turns = (await again.call("GET", f"/sessions/{again.session_id}/turns"))["turns"]
        assert [turn["turn_id"] for turn in turns] == ["before"]
        await again.say("after")
        await again.leave()


async def test_a_new_password_of_the_database_is_taken_up(stack: Stack):
    """As docs/docker.md tells; a new file under the same name, as editors and `sed -i` make it."""
    new = stack.folder / "secrets/new"
    new.write_text("another password of the database")
    new.chmod(0o444)
    new.replace(stack.folder / "secrets/database_password")
    stack.compose("restart", "postgres")
    stack.up("--no-recreate", "postgres")
    assert "ALTER ROLE" in stack.compose("exec", "-T", "postgres", "psql", "-U", "postgres", "-f", INIT)
    stack.compose("restart", "app")
    stack.up("--no-recreate")
    async with visitor(stack) as http, http.get("/health/ready") as answer:
        assert answer.status == 200


async def test_prometheus_watches_the_stack_and_finds_whom_to_tell(stack: Stack):
    """All of monitoring.yaml but Grafana, which nothing stands in for."""
    stack.prepare(COMPOSE_FILE="compose.yaml:ops/compose/monitoring.yaml")
    stack.up(*WATCHING)
    for service in WATCHING:
        assert is_confined(stack.inspect(service)), service
    async with visitor(stack, "http://127.0.0.1:9090") as prometheus:
        for query, least in WATCHED.items():
            assert await told(prometheus, query) >= least, query
        rules = await asked(prometheus, "rules")
        assert {rule["health"] for group in rules["groups"] for rule in group["rules"]} <= {"ok", "unknown"}
        (whom,) = (await asked(prometheus, "alertmanagers"))["activeAlertmanagers"]
        assert whom["url"].startswith("http://alertmanager:9093/")
    async with visitor(stack, "http://127.0.0.1:9093") as alertmanager, alertmanager.get("/-/ready") as answer:
        assert answer.status == 200
    stack.compose("rm", "--stop", "--force", *WATCHING)


async def told(prometheus: aiohttp.ClientSession, query: str) -> float:
    """What the query gives as soon as it gives anything: at most two rounds of asking later."""
    async with asyncio.timeout(45):
        while True:
            if found := (await asked(prometheus, "query", query=query))["result"]:
                return float(found[0]["value"][1])
            await asyncio.sleep(0.5)


async def asked(prometheus: aiohttp.ClientSession, what: str, **query: str) -> dict[str, Any]:
    async with prometheus.get(f"/api/v1/{what}", params=query) as answer:
        data: dict[str, Any] = (await answer.json())["data"]
        return data


async def test_turns_outlive_their_containers_and_an_exchange_of_processes_one_by_one(stack: Stack):
    """Down, and up again with the edge and two processes; https://localhost is the only way in then."""
    async with visitor(stack) as http:
        learner = await Learner(http).enter()
        await learner.say("before")
        await learner.leave()
    stack.compose("down")
    assert stack.compose("ps", "--all", "--quiet") == ""
    files = ("compose.yaml", "ops/compose/edge.yaml", "ops/compose/replicas.yaml")
    stack.prepare(COMPOSE_FILE=":".join(files), EDGE_DOMAIN="localhost")
    stack.up()
    assert not stack.inspect("app")["HostConfig"]["PortBindings"]
    connector = aiohttp.TCPConnector(ssl=stack.trust())
    async with visitor(stack, "https://localhost", connector=connector) as http:
        again = learner.elsewhere(http)
        await again.say("after")
        for service in ("app", "app-2"):
            stack.up("--no-deps", "--force-recreate", service)
            await again.say_by_rest(f"after-{service}")
        await again.leave()
        turns = (await again.call("GET", f"/sessions/{again.session_id}/turns"))["turns"]
        assert [turn["turn_id"] for turn in turns] == ["before", "after", "after-app", "after-app-2"]
        async with http.get("/health/ready") as answer:
            assert answer.status == 404
