"""Knocks at `ffi/examples/upgrade`, over loopback, as clients and as nobody should.

    python3 ffi/tests/upgrade.py COMMAND...

COMMAND starts the server; the policy's path and the port are put behind it. This side stands for a
proxy that ends TLS: each request says X-Forwarded-Proto, unless its case is about that. Python's
standard library only: this side shares no code with the server. One line a case that fails, and a
closing line.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

PATIENCE = float(os.environ.get("DOORWARD_PATIENCE", "30"))
HOST = "app.example.com"
PAGE = f"https://{HOST}"
# RFC 6455 section 1.3 gives the key and what answers it.
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHALLENGE = 'Bearer realm="doorward"'

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
LARGEST = 65536

Lines = list[tuple[str, str]]

TOKEN = secrets.token_urlsafe(32)
NEXT_TOKEN = secrets.token_urlsafe(32)
SECRET = secrets.token_urlsafe(48)


class Answer:
    """The head of a response, and its body as far as Content-Length says."""

    def __init__(self, stream: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            part = stream.recv(65536)
            if not part:
                raise ConnectionError("closed before the end of the head")
            data += part
        head, _, self.rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.text = head.decode("latin-1")
        self.status = int(first.split(" ")[1])
        self.headers: Lines = []
        for line in lines:
            name, _, value = line.partition(":")
            self.headers.append((name.lower(), value.strip()))
        self.body = b""
        if self.status != 101:
            length = int(self.one("content-length") or "0")
            while len(self.rest) < length:
                part = stream.recv(65536)
                if not part:
                    raise ConnectionError("closed before the end of the body")
                self.rest += part
            self.body, self.rest = self.rest[:length], self.rest[length:]

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known == name]

    def one(self, name: str) -> str | None:
        values = self.all(name)
        if len(values) > 1:
            raise ValueError(f"{name} is there {len(values)} times")
        return values[0] if values else None


class WebSocket:
    """The client's side of RFC 6455 section 5, and of what it forbids."""

    def __init__(self, stream: socket.socket, answer: Answer) -> None:
        self.stream = stream
        self.data = answer.rest
        self.answer = answer

    def __enter__(self) -> WebSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def send(self, opcode: int, payload: bytes, **how: int) -> None:
        self.stream.sendall(frame(opcode, payload, **how))

    def read(self, count: int) -> bytes:
        while len(self.data) < count:
            part = self.stream.recv(65536)
            if not part:
                raise ConnectionError("closed within a frame")
            self.data += part
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def receive(self) -> tuple[int, bytes]:
        """A whole frame; the server sends no fragments and masks nothing."""
        first, second = self.read(2)
        if first & 0xF0 != 0x80 or second & 0x80:
            raise ValueError(f"frame {first:02x} {second:02x}")
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self.read(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.read(8))
        return first & 0x0F, self.read(length)

    def closed_with(self) -> int | None:
        """The status of a close frame, or None for a connection that ends without one."""
        if not self.data:
            self.data = self.stream.recv(65536)
            if not self.data:
                return None
        opcode, payload = self.receive()
        if opcode != CLOSE:
            raise ValueError(f"opcode {opcode}, not a close")
        if self.data or self.stream.recv(1):
            raise ValueError("bytes behind the close")
        return int.from_bytes(payload[:2], "big")


def frame(opcode: int, payload: bytes, *, fin: int = 1, rsv: int = 0, masked: int = 1) -> bytes:
    length = len(payload)
    if length < 126:
        size = bytes([masked << 7 | length])
    elif length < 65536:
        size = bytes([masked << 7 | 126]) + struct.pack(">H", length)
    else:
        size = bytes([masked << 7 | 127]) + struct.pack(">Q", length)
    head = bytes([fin << 7 | rsv << 4 | opcode]) + size
    if not masked:
        return head + payload
    mask = secrets.token_bytes(4)
    keys = mask * (length // 4 + 1)
    covered = int.from_bytes(payload, "big") ^ int.from_bytes(keys[:length], "big")
    return head + mask + covered.to_bytes(length, "big")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(**claims: object) -> str:
    head = base64url(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    signed = f"{head}.{base64url(json.dumps(claims).encode())}"
    proof = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64url(proof)}"


def policy(token: str, proxy: str = "127.0.0.1") -> str:
    return f"""
[host]
allow = ["{HOST}"]
trusted_proxies = ["{proxy}"]

[credential]
places = ["authorization", "cookie:session", "query:token", "subprotocol:bearer."]

[[capability]]
id = "ci"
sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"

[jwt]
audience = ["demo"]

[[jwt.key]]
algorithm = "HS256"
secret_file = "signing.key"
"""


class Server:
    """The program under test, on a port that it chooses, with a log that is read back."""

    def __init__(self, command: list[str], folder: Path, document: str) -> None:
        self.policy = folder / "policy.toml"
        self.log = folder / "log"
        self.policy.write_text(document)
        key = folder / "signing.key"
        key.write_text(SECRET)
        key.chmod(0o600)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, str(self.policy), "0"],
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline().decode()
        found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", first)
        if not found:
            self.process.kill()
            raise RuntimeError(f"{first!r}: {self.log.read_text()}")
        self.port = int(found[1])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def said(self, what: str, times: int = 1) -> None:
        """Waits until the log has a line so many times."""
        end = time.monotonic() + PATIENCE
        while self.log.read_text().count(what) < times:
            if time.monotonic() > end:
                raise TimeoutError(f"the log never says {what!r}")
            time.sleep(0.01)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    # Requests: each line as it is given, and in front Host and the proxy's word unless they are empty.

    def bytes_of(self, target: str, lines: Lines, method: str, host: str, proto: str) -> bytes:
        head = f"{method} {target} HTTP/1.1\r\n"
        front = [("Host", host), ("X-Forwarded-Proto", proto)]
        for name, value in [line for line in front if line[1]] + lines:
            head += f"{name}: {value}\r\n"
        return f"{head}\r\n".encode()

    def ask(
        self,
        *lines: tuple[str, str],
        target: str = "/who",
        method: str = "GET",
        host: str = HOST,
        proto: str = "https",
    ) -> Answer:
        with self.connect() as stream:
            stream.sendall(self.bytes_of(target, list(lines), method, host, proto))
            return Answer(stream)

    def knock(
        self,
        *lines: tuple[str, str],
        target: str = "/ws",
        key: str = KEY,
        behind: bytes = b"",
    ) -> WebSocket:
        """An opening handshake; whether it was answered with 101 is the caller's to see."""
        stream = self.connect()
        handshake = [*lines, *upgrade(key)]
        stream.sendall(self.bytes_of(target, handshake, "GET", HOST, "https") + behind)
        return WebSocket(stream, Answer(stream))


def upgrade(key: str = KEY, version: str = "13") -> Lines:
    return [
        ("Connection", "keep-alive, Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", version),
        ("Sec-WebSocket-Key", key),
    ]


def bearer(token: str) -> tuple[str, str]:
    return ("Authorization", f"Bearer {token}")


PASSED: list[str] = []
FAILED: list[str] = []


def case(name: str, run: Callable[[], object], want: object) -> None:
    try:
        got = run()
    except Exception as error:  # a test that stops at the first failure tells less
        got = error
    if got == want:
        PASSED.append(name)
    else:
        FAILED.append(name)
        print(f"FAILED  {name}: {got!r}, not {want!r}")


def who_may_come_in(server: Server) -> None:
    def asked(*lines: tuple[str, str], **how: str) -> Callable[[], object]:
        def run() -> object:
            answer = server.ask(*lines, **how)
            return answer.status, answer.one("www-authenticate"), answer.body

        return run

    def outcome(run: Callable[[], Answer]) -> object:
        answer = run()
        return answer.status, answer.one("www-authenticate")

    invalid = f'{CHALLENGE}, error="invalid_token"'
    malformed = f'{CHALLENGE}, error="invalid_request"'
    good, wrong = bearer(TOKEN), bearer(secrets.token_urlsafe(32))
    now = int(time.time())
    anna = jwt(sub="ånna", aud="demo", exp=now + 600)

    case("a capability", asked(good), (200, None, b"ci"))
    case("a signed token", asked(bearer(anna)), (200, None, "ånna".encode()))
    case("a page of this origin", asked(good, ("Origin", PAGE)), (200, None, b"ci"))
    case(
        "a cookie and a page",
        asked(("Cookie", f"a=b; session={TOKEN}"), ("Origin", PAGE)),
        (200, None, b"ci"),
    )
    case("in the query", asked(target=f"/who?a=%20&token={TOKEN}"), (200, None, b"ci"))
    for name, status, challenge, run in [
        ("nothing", 401, CHALLENGE, partial(server.ask)),
        ("a wrong token", 401, invalid, partial(server.ask, wrong)),
        (
            "an expired token",
            401,
            invalid,
            partial(server.ask, bearer(jwt(aud="demo", exp=now - 600))),
        ),
        ("a token cut short", 401, invalid, partial(server.ask, bearer(anna[:-1]))),
        ("two Authorization lines", 400, malformed, partial(server.ask, good, good)),
        (
            "a good one and a wrong one",
            400,
            malformed,
            partial(server.ask, good, wrong),
        ),
        (
            "in two places",
            400,
            malformed,
            partial(server.ask, good, target=f"/who?token={TOKEN}"),
        ),
        (
            "a foreign page",
            403,
            None,
            partial(server.ask, good, ("Origin", "https://evil.example")),
        ),
        (
            "two Origin lines",
            403,
            None,
            partial(server.ask, good, ("Origin", PAGE), ("Origin", PAGE)),
        ),
        (
            "a cookie and no Origin",
            403,
            None,
            partial(server.ask, ("Cookie", f"session={TOKEN}")),
        ),
        (
            "a cross-site fetch",
            403,
            None,
            partial(server.ask, good, ("Sec-Fetch-Site", "cross-site")),
        ),
        (
            "a page that the proxy saw over http",
            403,
            None,
            partial(server.ask, good, ("Origin", PAGE), proto="http"),
        ),
        (
            "a page of which the proxy says nothing",
            403,
            None,
            partial(server.ask, good, ("Origin", PAGE), proto=""),
        ),
        ("another host", 403, None, partial(server.ask, good, host="evil.example")),
        ("two Host lines", 403, None, partial(server.ask, good, ("Host", HOST))),
    ]:
        case(name, partial(outcome, run), (status, challenge))
    case("no Host", lambda: server.ask(good, host="").status in (400, 403), True)


def what_is_not_http(server: Server) -> None:
    """A line that the server reads and the gate does not see, or sees in another way."""
    name, value = bearer(TOKEN)

    def sent(*lines: str) -> object:
        with server.connect() as stream:
            head = "\r\n".join(["GET /who HTTP/1.1", f"Host: {HOST}", *lines])
            stream.sendall(f"{head}\r\n\r\n".encode())
            return Answer(stream).status

    good = f"{name}: {value}"
    case("lines by hand", partial(sent, good), 200)
    case("white space before the colon", partial(sent, f"{name} : {value}"), 400)
    case("the same, as a second line", partial(sent, good, f"{name}\t: {value}"), 400)
    case("a folded credential", partial(sent, f"{name}: Bearer\r\n {TOKEN}"), 401)
    case("a line without a colon", partial(sent, good, name), 400)
    case("a NUL in a name", partial(sent, good, f"{name}\0: {value}"), 400)
    case("a vertical tab in a name", partial(sent, good, "Origin\x0b: http://evil.example"), 400)
    case("a folded Origin", partial(sent, good, "Origin:\r\n http://evil.example"), 400)
    case("a CR in a value", partial(sent, f"{good}\rx"), 400)
    case(
        "a percent sign and NUL in the query",
        lambda: server.ask(target="/who?token=%00").status,
        400,
    )
    trailer = f"0\r\n{good}\r\n"
    case(
        "a credential in a trailer",
        partial(sent, "Transfer-Encoding: chunked", "", trailer),
        401,
    )


def limits(server: Server) -> None:
    good = bearer(TOKEN)
    fill = [(f"X-{number}", "1") for number in range(128)]
    case("125 more lines", lambda: server.ask(good, *fill[:125]).status, 200)
    case("126 more lines", lambda: server.ask(good, *fill[:126]).status, 431)
    # The line that is one too many is the second of two.
    case(
        "two credentials in 129",
        lambda: server.ask(good, *fill[:125], good).status,
        431,
    )
    case(
        "an Origin of 4 KiB",
        lambda: server.ask(good, ("Origin", "x" * 4096)).status,
        431,
    )
    case("a token of 20 KiB", lambda: server.ask(bearer("x" * 20000)).status // 100, 4)
    case("a line of 64 KiB", lambda: server.ask(good, ("X", "x" * 65536)).status, 431)
    case(
        "a target of 64 KiB",
        lambda: server.ask(good, target="/" + "x" * 65536).status,
        414,
    )
    case(
        "a target of 9 KiB",
        lambda: server.ask(good, target="/" + "x" * 9000).status,
        431,
    )
    case("afterwards", lambda: server.ask(good).status, 200)


def handshakes(server: Server) -> None:
    good = bearer(TOKEN)

    def opened(*lines: tuple[str, str], key: str = KEY) -> object:
        with server.knock(*lines, key=key) as open_socket:
            answer = open_socket.answer
            if any(secret in answer.text for secret in (TOKEN, SECRET)):
                return "a secret in the answer"
            return (
                answer.status,
                answer.one("sec-websocket-accept"),
                answer.one("sec-websocket-protocol"),
            )

    other = base64.b64encode(secrets.token_bytes(16)).decode()
    answer_to_other = base64.b64encode(hashlib.sha1((other + GUID).encode()).digest()).decode()
    offer = ("Sec-WebSocket-Protocol", f"bearer.{TOKEN}")
    case("101", lambda: opened(good), (101, ACCEPT, None))
    case(
        "101 with a fresh key",
        lambda: opened(good, key=other),
        (101, answer_to_other, None),
    )
    case("a secret subprotocol alone", lambda: opened(offer), (101, ACCEPT, None))
    both = ("Sec-WebSocket-Protocol", f"bearer.{TOKEN}, chat, echo.v1")
    case("a secret subprotocol and ours", lambda: opened(both), (101, ACCEPT, "echo.v1"))
    lines = (offer, ("Sec-WebSocket-Protocol", "echo.v1"))
    case("the same in two lines", lambda: opened(*lines), (101, ACCEPT, "echo.v1"))
    case(
        "a foreign subprotocol",
        lambda: opened(good, ("Sec-WebSocket-Protocol", "chat")),
        (101, ACCEPT, None),
    )
    case(
        "a page with a cookie",
        lambda: opened(("Cookie", f"session={TOKEN}"), ("Origin", PAGE)),
        (101, ACCEPT, None),
    )
    case(
        "a page with a cookie of another origin",
        lambda: opened(("Cookie", f"session={TOKEN}"), ("Origin", "https://evil.example")),
        (403, None, None),
    )
    case("no credential", lambda: opened(), (401, None, None))
    case("two credentials", lambda: opened(good, offer), (400, None, None))
    for key in (
        "",
        "short",
        "A" * 24,
        "A" * 21 + "===",
        "*" * 22 + "==",
        "A" * 44,
        "A" * 1000,
    ):
        case(f"the key {key[:30]!r}", partial(opened, good, key=key), (400, None, None))

    def version(value: str, *lines: tuple[str, str]) -> object:
        answer = server.ask(*lines, *upgrade(version=value), target="/ws")
        return answer.status, answer.one("sec-websocket-version")

    case("version 8", lambda: version("8", good), (426, "13"))
    case("version 8 of nobody", lambda: version("8"), (401, None))
    case("POST", lambda: server.ask(good, *upgrade(), method="POST").status, 404)
    case(
        "h2c",
        lambda: server.ask(good, ("Connection", "Upgrade"), ("Upgrade", "h2c")).status,
        200,
    )


def messages(server: Server) -> None:
    good = bearer(TOKEN)

    def exchange(*frames: bytes, answers: int = 1) -> object:
        with server.knock(good) as session:
            session.stream.sendall(b"".join(frames))
            got = [session.receive() for _ in range(answers)]
            return got[0] if answers == 1 else got

    def ended(*frames: bytes) -> object:
        with server.knock(good) as session:
            session.stream.sendall(b"".join(frames))
            return session.closed_with()

    for what, opcode, payload in [
        ("text", TEXT, "hellå".encode()),
        ("binary", BINARY, bytes(range(256))),
        ("an empty message", TEXT, b""),
        ("125 bytes", BINARY, b"x" * 125),
        ("126 bytes", BINARY, b"x" * 126),
        ("the largest message", BINARY, secrets.token_bytes(LARGEST)),
    ]:
        case(what, partial(exchange, frame(opcode, payload)), (opcode, payload))
    case("a ping", lambda: exchange(frame(PING, b"there?")), (PONG, b"there?"))
    case(
        "a pong is not answered",
        lambda: exchange(frame(PONG, b""), frame(TEXT, b"x")),
        (TEXT, b"x"),
    )
    case(
        "fragments, a ping between",
        lambda: exchange(
            frame(TEXT, b"he", fin=0),
            frame(PING, b"p"),
            frame(CONTINUATION, b"llo"),
            answers=2,
        ),
        [(PONG, b"p"), (TEXT, b"hello")],
    )
    count = 3000
    case(
        "messages in one go",
        lambda: exchange(*[frame(TEXT, b"%d" % number) for number in range(count)], answers=count),
        [(TEXT, b"%d" % number) for number in range(count)],
    )

    def early() -> object:
        with server.knock(good, behind=frame(TEXT, b"early") + frame(TEXT, b"bird")) as session:
            return session.receive(), session.receive()

    case("frames behind the handshake", early, ((TEXT, b"early"), (TEXT, b"bird")))
    case("a close", lambda: ended(frame(CLOSE, struct.pack(">H", 1000))), 1000)
    case("a message too large", lambda: ended(frame(BINARY, b"x" * (LARGEST + 1))), 1009)
    case(
        "fragments too large together",
        lambda: ended(frame(BINARY, b"x" * LARGEST, fin=0), frame(CONTINUATION, b"x")),
        1009,
    )
    case(
        "the first of 2^62 bytes",
        lambda: ended(b"\x82\xff\x40" + bytes(7) + bytes(4) + b"x"),
        1009,
    )
    case("not masked", lambda: ended(frame(TEXT, b"x", masked=0)), 1002)
    case("not UTF-8", lambda: ended(frame(TEXT, b"\xff\xfe")), 1007)
    case("a reserved bit", lambda: ended(frame(TEXT, b"x", rsv=4)), 1002)
    case("a reserved opcode", lambda: ended(frame(0x3, b"x")), 1002)
    # RFC 6455 section 7.1.7 leaves the close frame out where the peer may not understand one.
    case("a ping in fragments", lambda: ended(frame(PING, b"x", fin=0)), None)
    case("a ping of 126 bytes", lambda: ended(frame(PING, b"x" * 126)), None)
    case("a continuation of nothing", lambda: ended(frame(CONTINUATION, b"x")), 1002)

    def vanish() -> object:
        for part in (
            b"",
            b"\x81",
            frame(BINARY, b"x" * LARGEST)[:-1],
            frame(TEXT, b"x") * 50,
        ):
            server.knock(good, behind=part).stream.close()
        return server.ask(good).status

    case("clients that vanish", vanish, 200)

    def deaf() -> object:
        """Sends and never reads: the server must not hold what it cannot deliver."""
        with server.knock(good) as session:
            session.stream.settimeout(0.5)
            sent = 0
            try:
                while sent < 64 << 20:
                    sent += session.stream.send(frame(BINARY, b"x" * LARGEST))
            except TimeoutError:
                return "held back"
            return "took it all"

    case("a client that does not read", deaf, "held back")


def many(server: Server) -> None:
    results: list[object] = []

    def client(number: int) -> None:
        try:
            with server.knock(bearer(TOKEN)) as session:
                for turn in range(50):
                    text = f"{number} {turn}".encode()
                    session.send(TEXT, text)
                    if session.receive() != (TEXT, text) or server.ask().status != 401:
                        raise ValueError(f"turn {turn}")
            results.append("done")
        except Exception as error:  # it is the result that is compared
            results.append(error)

    def together() -> object:
        threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    case("8 at once", together, ["done"] * 8)


def reloads(server: Server) -> None:
    def statuses() -> object:
        return [server.ask(bearer(token)).status for token in (TOKEN, NEXT_TOKEN)]

    def reload(document: str, says: str) -> object:
        server.policy.write_text(document)
        server.process.send_signal(signal.SIGHUP)
        server.said(says)
        return statuses()

    case("before the reload", statuses, [200, 401])
    with server.knock(bearer(TOKEN)) as session:
        case("new rules", lambda: reload(policy(NEXT_TOKEN), "new rules"), [401, 200])
        case(
            "a policy with a mistake",
            lambda: reload("[host]\nalow = []\n", "old rules kept code=1005"),
            [401, 200],
        )
        session.send(TEXT, b"still here")
        case("a connection from before", session.receive, (TEXT, b"still here"))


def the_log(server: Server) -> None:
    line = re.compile(
        r"refused code=[2-9]\d{3} reason=[a-z_0-9]+|allowed kind=(?:token|capability) place=[a-z:._]+|new rules|"
        r"old rules kept code=1005 reason=config_invalid .*policy\.toml:2:1: .*"
    )
    text = server.log.read_text()
    case(
        "the log says refusals",
        lambda: "refused code=2301 reason=credential_missing\n" in text,
        True,
    )
    case(
        "the log says nothing else",
        lambda: [each for each in text.splitlines() if not line.fullmatch(each)],
        [],
    )
    case(
        "no secret in the log",
        lambda: [each for each in (TOKEN, NEXT_TOKEN, SECRET, "evil") if each in text],
        [],
    )


def starts(command: list[str], folder: Path) -> None:
    def ends(*arguments: str) -> object:
        done = subprocess.run([*command, *arguments], capture_output=True, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout

    mistake = folder / "mistake.toml"
    mistake.write_text("[host]\nalow = []\n")
    case("no arguments", lambda: ends(), (2, b""))
    case("a port that is none", lambda: ends(str(mistake), "65536"), (2, b""))
    case("a port with more behind it", lambda: ends(str(mistake), "0x"), (2, b""))
    case("a port below none", lambda: ends(str(mistake), "-1"), (2, b""))
    case("an address that is none", lambda: ends(str(mistake), "0", "localhost"), (2, b""))
    case("too many arguments", lambda: ends(str(mistake), "0", "127.0.0.1", "https"), (2, b""))
    case("no policy", lambda: ends(str(folder / "none.toml"), "0"), (1, b""))
    case("a mistake in the policy", lambda: ends(str(mistake), "0"), (1, b""))


def without_tls(command: list[str], folder: Path) -> None:
    """The peer is not the policy's proxy: what it says of https does not count."""
    server = Server(command, folder, policy(TOKEN, proxy="192.0.2.1"))
    try:
        page = ("Origin", f"http://{HOST}")
        case("http: its page", lambda: server.ask(bearer(TOKEN), page).status, 200)
        case(
            "http: the https page",
            lambda: server.ask(bearer(TOKEN), ("Origin", PAGE)).status,
            403,
        )
        with server.knock(bearer(TOKEN)) as session:
            case("http: 101", lambda: session.answer.status, 101)
            server.process.send_signal(signal.SIGTERM)
            case("the end, told to a connection", session.closed_with, 1001)
            session.stream.close()
            case("ends with a connection open", lambda: server.process.wait(PATIENCE), 0)
    finally:
        server.process.kill()
        server.process.wait()


def main() -> int:
    command = sys.argv[1:]
    if not command:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server(command, folder, policy(TOKEN))
        try:
            for part in (
                who_may_come_in,
                what_is_not_http,
                limits,
                handshakes,
                messages,
                many,
                reloads,
                the_log,
            ):
                part(server)
            case("ends", server.stop, 0)
        finally:
            server.process.kill()
            server.process.wait()
        starts(command, folder)
        without_tls(command, folder)
        if FAILED:
            print((folder / "log").read_text()[-2000:])
    print(f"{len(PASSED)} passed, {len(FAILED)} failed")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
