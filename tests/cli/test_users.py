"""People and the secret, from the command line."""

from pathlib import Path

import requests

from tests.processes import run, running_server

PASSWORD = "kopi susu gula aren"


def add(folder: Path, role: str, email: str) -> str:
    """The id of somebody new."""
    done = run(folder, "users", "add", "--role", role, "--email", email, typed=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[0]


def login(address: str, email: str, password: str = PASSWORD) -> requests.Response:
    body = {"email": email, "password": password}
    return requests.post(f"{address}/koto-api/auth/login", json=body, timeout=10)


def test_somebody_who_was_added_signs_in_until_they_are_blocked(tmp_path: Path):
    user = add(tmp_path, "admin", "minji@example.org")
    with running_server(tmp_path) as address:
        token = login(address, "minji@example.org").json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{address}/koto-api/users", headers=headers, timeout=10).status_code == 200
        add(tmp_path, "admin", "other@example.org")
        assert "blocked" in run(tmp_path, "users", "block", user).stdout
        refused = requests.get(f"{address}/koto-api/users", headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "blocked")
        assert run(tmp_path, "users", "unblock", user).returncode == 0
        assert login(address, "minji@example.org").status_code == 200


def test_people_are_listed_changed_and_erased(tmp_path: Path):
    user = add(tmp_path, "learner", "sari@example.org")
    assert "teacher" in run(tmp_path, "users", "role", user, "teacher").stdout
    assert run(tmp_path, "users", "list", "sari", "--role", "teacher").stdout.startswith(user)
    assert run(tmp_path, "users", "list", "--role", "admin").stdout == ""
    unsure = run(tmp_path, "users", "erase", user)
    assert (unsure.returncode, "add --yes" in unsure.stderr) == (1, True)
    assert run(tmp_path, "users", "erase", user, "--yes").returncode == 0
    assert run(tmp_path, "users", "list").stdout == ""
    gone = run(tmp_path, "users", "role", user, "editor")
    assert (gone.returncode, "There is no such user" in gone.stderr) == (1, True)


def test_a_new_password_signs_out_and_in(tmp_path: Path):
    user = add(tmp_path, "editor", "minji@example.org")
    changed = run(tmp_path, "users", "password", user, "--email", "minji@example.org", typed="another good one\n")
    assert changed.returncode == 0, changed.stderr
    with running_server(tmp_path) as address:
        assert login(address, "minji@example.org").status_code == 401
        assert login(address, "minji@example.org", "another good one").status_code == 200
    weak = run(tmp_path, "users", "password", user, "--email", "minji@example.org", typed="short\n")
    assert (weak.returncode, "10 to 200 characters" in weak.stderr) == (1, True)


def test_the_last_admin_is_not_taken_away(tmp_path: Path):
    user = add(tmp_path, "admin", "minji@example.org")
    kept = run(tmp_path, "users", "role", user, "learner")
    assert (kept.returncode, "last admin" in kept.stderr) == (1, True)


def test_after_a_change_of_the_secret_tokens_of_before_are_good_until_the_next(tmp_path: Path):
    token = run(tmp_path, "token", "--role", "editor").stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    for believed in (200, 401):
        assert run(tmp_path, "secret", "rotate").returncode == 0
        with running_server(tmp_path) as address:
            assert requests.get(f"{address}/koto-api/me", headers=headers, timeout=10).status_code == believed
    for name in ("secret", "secret.previous"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_a_server_that_others_reach_does_not_start_without_a_secret(tmp_path: Path):
    refused = run(tmp_path, "serve", "--port", "0", KOTO_HOST="0.0.0.0")
    assert refused.returncode == 1
    assert "KOTO_SECRET must be set" in refused.stderr


def test_development_is_for_this_machine_only(tmp_path: Path):
    refused = run(tmp_path, "serve", "--port", "0", "--host", "0.0.0.0")
    assert refused.returncode == 1
    assert "KOTO_DEVELOPMENT makes every visitor an admin" in refused.stderr
