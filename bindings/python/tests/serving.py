"""Real servers for the tests: a process each, on a loopback port that the test has bound."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
COMMANDS = {
    "uvicorn": ["uvicorn", "--fd", "{fd}", "--log-level", "warning"],
    "hypercorn": ["hypercorn", "--bind", "fd://{fd}"],
    "gunicorn": ["gunicorn", "--bind", "fd://{fd}", "--workers", "1", "--log-level", "warning"],
}


@contextlib.contextmanager
def served(
    server: str, app: str, policy: Path, folder: Path = FOLDER, python: Path | str = sys.executable
) -> Iterator[int]:
    """Run a server until the end of the block; gives its port."""
    with socket.socket() as listener, tempfile.TemporaryFile() as log:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        arguments = [part.format(fd=listener.fileno()) for part in COMMANDS[server]]
        process = subprocess.Popen(
            [str(python), "-m", *arguments, app],
            pass_fds=[listener.fileno()],
            env={**os.environ, "POLICY": str(policy), "PYTHONPATH": str(folder)},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_it_answers(port, process, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def wait_until_it_answers(port, process, log):
    """The socket takes connections before the server does, so a whole answer is awaited."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if raw(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", timeout=2):
                return
        time.sleep(0.05)
    log.seek(0)
    raise RuntimeError(f"the server did not start: {log.read().decode(errors='replace')[-2000:]}")


def raw(port: int, request: bytes, timeout: float = 20) -> bytes:
    """Send bytes as they are, and give what comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer
