"""The package as it is published: what is in it, and that a fresh environment can use it."""

from __future__ import annotations

import contextlib
import email
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import doorward
import httpx
import pytest
import websockets
import websockets.sync.client
from conftest import ROOT, forge, soon
from doorward import _doorward

PACKAGE = ROOT / "bindings/python"
SECRET_FILE_TEXT = "a secret of the test, kept in a file, long enough"


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=900, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_nothing_else_is_installed_with_it():
    assert metadata.requires("doorward") is None
    assert metadata.version("doorward") == doorward.__version__ == _doorward.VERSION
    code = (
        "import sys; before = set(sys.modules); import doorward, doorward.jwt, doorward.asgi, doorward.wsgi;"
        "import doorward.websockets;"
        "print({n.split('.')[0] for n in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    assert run(sys.executable, "-I", "-c", code).strip() == "{'doorward'}"


def test_the_loop_of_the_benchmark_is_not_in_it():
    assert not hasattr(_doorward, "core_verify")


def test_the_source_archive_builds(tmp_path):
    """What it holds is enough: no file of the checkout is reached for."""
    run(sys.executable, "-m", "maturin", "sdist", "-m", PACKAGE / "Cargo.toml", "--out", tmp_path)
    [archive] = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = opened.getnames()
        opened.extractall(tmp_path, filter="data")
    [folder] = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert f"{folder.name}/LICENSE-MIT" in names
    assert not [name for name in names if name.endswith((".so", ".pyc"))]
    # The quick profile: the code that is built is the same, and a minute is saved.
    run(
        *(sys.executable, "-m", "maturin", "build", "--profile", "dev", "--out", tmp_path),
        cwd=folder,
        env={**os.environ, "CARGO_TARGET_DIR": str(tmp_path / "target")},
    )
    [wheel] = tmp_path.glob("*.whl")
    assert re.fullmatch(r"doorward-[\d.]+-cp310-abi3-\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        headers = email.message_from_bytes(
            opened.read(next(name for name in names if name.endswith("METADATA")))
        )
    assert {"doorward/__init__.py", "doorward/py.typed", "doorward/_doorward.pyi"} <= set(names)
    assert {"doorward/_doorward.abi3.so"} == {name for name in names if name.endswith(".so")}
    assert [name for name in names if "licenses/LICENSE" in name]
    assert not [name for name in names if not name.startswith("doorward")]
    assert headers["Name"] == "doorward"
    assert headers.get_all("Requires-Dist") is None


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """An environment that has doorward as `pip install ./bindings/python` makes it, and uvicorn."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "./bindings/python", cwd=ROOT)
    pinned = (PACKAGE / "requirements-dev.txt").read_text()
    run(*pip, *re.findall(r"^(?:uvicorn|websockets)==.*$", pinned, re.M))
    return python


def block(page: str, language: str, number: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)[number]


@contextlib.contextmanager
def readme_served(python, folder: Path):
    """The first example of the README, run as it says."""
    page = (PACKAGE / "README.md").read_text()
    (folder / "app.py").write_text(block(page, "python"))
    (folder / "policy.toml").write_text(block(page, "toml"))
    (folder / "jwt.secret").write_text(SECRET_FILE_TEXT)
    [command] = [line for line in page.splitlines() if line.startswith("uvicorn ")]
    from serving import COMMANDS, served

    arguments = command.split()
    COMMANDS["readme"] = [*arguments[:1], *arguments[2:], "--fd", "{fd}", "--log-level", "warning"]
    with served("readme", arguments[1], folder / "policy.toml", folder, python) as port:
        yield port


def test_the_readme_in_a_fresh_environment(fresh, tmp_path):
    good = forge({"iss": "https://issuer.example", "sub": "alice", "exp": soon()}, secret=SECRET_FILE_TEXT)
    forged = forge({"iss": "https://issuer.example", "sub": "alice", "exp": soon()})

    def connect(port, token=None, origin=None):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return websockets.sync.client.connect(
            f"ws://127.0.0.1:{port}/", additional_headers=headers, origin=origin, open_timeout=20
        )

    with readme_served(fresh, tmp_path) as port:
        with connect(port, good) as connection:
            assert connection.response.status_code == 101
            assert connection.recv(timeout=20) == "hello alice"
        with connect(port, good, "https://app.example.com") as connection:
            assert connection.response.status_code == 101
        for token, origin, status in [
            (None, None, 401),
            (forged, None, 401),
            (good, "https://evil.example", 403),
        ]:
            with (
                pytest.raises(websockets.exceptions.InvalidStatus) as failure,
                connect(port, token, origin),
            ):
                pass
            assert failure.value.response.status_code == status
        assert httpx.get(f"http://127.0.0.1:{port}/", timeout=20).status_code == 401


def test_the_first_page_of_the_repository():
    """Its Python is run as it stands, and prints what its comments say."""
    code = block((ROOT / "README.md").read_text(), "python")
    promised = re.findall(r"# (.+)$", code, re.M)
    assert promised
    assert run(sys.executable, "-c", code).splitlines() == promised
