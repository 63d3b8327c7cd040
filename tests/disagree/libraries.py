"""The libraries, what each offers, and how the adapter of each language is made ready.

What is fetched goes to build/disagree. A language whose toolchain is not here is left out, and said to be.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "disagree"

# The day on which the pinned versions were the newest.
PINNED = "2026-11-22"

CLAIMS = frozenset({"time", "required exp", "issuer", "audience", "subject", "strings", "leeway"})


class MissingError(Exception):
    """A toolchain that is not here, by its name."""


@dataclass(frozen=True)
class Library:
    """`package` is its name where it is fetched; `offers` answers to `Case.asks`; `faketime` is set for a library
    that cannot be told the time."""

    name: str
    language: str
    package: str
    offers: frozenset[str]
    options: str
    clock: str
    faketime: bool = False


LIBRARIES = [
    Library("jsonwebtoken", "Node", "jsonwebtoken", CLAIMS - {"required exp"} | {"age"},
        "`algorithms`, `issuer`, `audience`, `subject`, `clockTolerance`, `maxAge`", "`clockTimestamp`"),
    Library("jose", "Node", "jose", CLAIMS | {"required", "typ", "age"},
        "`algorithms`, `issuer`, `audience`, `subject`, `clockTolerance`, `requiredClaims`, `typ`, `maxTokenAge`",
        "`currentDate`"),
    Library("fast-jwt", "Node", "fast-jwt", CLAIMS | {"required", "typ", "age"},
        "`algorithms`, `allowedIss`, `allowedAud`, `allowedSub`, `clockTolerance`, `requiredClaims`, `checkTyp`,"
        " `maxAge`, `cache: false`", "`clockTimestamp`"),
    Library("@node-rs/jsonwebtoken", "Node", "@node-rs/jsonwebtoken", CLAIMS,
        "`algorithms`, `iss`, `aud`, `sub`, `leeway`, `validateNbf: true`, `requiredSpecClaims`", "faketime", True),
    Library("PyJWT", "Python", "PyJWT", CLAIMS | {"required"},
        "`algorithms`, `issuer`, `audience`, `subject`, `leeway`, `require`, `enforce_minimum_key_length`",
        "faketime", True),
    Library("joserfc", "Python", "joserfc", CLAIMS | {"required"},
        "`algorithms`, and `JWTClaimsRegistry` with `essential` claims, `iss`, `aud`, `sub`, `leeway`", "`now`"),
    Library("Authlib", "Python", "Authlib", CLAIMS | {"required"},
        "`JsonWebToken([alg])`, `claims_options` with `essential`, `iss`, `aud`, `sub`; `validate(leeway=)`", "`now`"),
    Library("python-jose", "Python", "python-jose", CLAIMS,
        "`algorithms`, `issuer`, `audience`, `subject`, `leeway`, `require_exp` and the like", "faketime", True),
    Library("golang-jwt", "Go", "github.com/golang-jwt/jwt/v5", CLAIMS,
        "`WithValidMethods`, `WithStrictDecoding`, `WithExpirationRequired`, `WithIssuer`, `WithAudience`,"
        " `WithSubject`, `WithLeeway`; `RegisteredClaims`", "`WithTimeFunc`"),
    Library("jwx", "Go", "github.com/lestrrat-go/jwx/v3", CLAIMS | {"required", "age"},
        "`WithKey(alg, …)`, `WithPedantic`, `WithStrictStringClaims`, `WithNumericDateParsePedantic`,"
        " `WithRequiredClaim`, `WithIssuer`, `WithAudience`, `WithSubject`, `WithAcceptableSkew`, `WithMaxDelta`",
        "`WithClock`"),
    Library("go-jose", "Go", "github.com/go-jose/go-jose/v4", CLAIMS - {"required exp"},
        "`ParseSigned` with one algorithm; `Claims.ValidateWithLeeway` with `Issuer`, `AnyAudience`, `Subject`",
        "`Expected.Time`"),
    Library("jsonwebtoken", "Rust", "jsonwebtoken", CLAIMS,
        "`Validation::new(alg)`, `leeway`, `validate_nbf`, `set_issuer`, `set_audience`, `sub`,"
        " `required_spec_claims`; claims as a struct with typed fields", "faketime", True),
    Library("jwt-simple", "Rust", "jwt-simple", CLAIMS - {"required exp"} | {"typ", "age"},
        "`time_tolerance`, `allowed_issuers`, `allowed_audiences`, `required_subject`, `required_signature_type`,"
        " `max_validity`", "`artificial_time`"),
    Library("jwt-compact", "Rust", "jwt-compact", frozenset({"time", "required exp", "leeway"}),
        "`validator`, then `validate_expiration` and, where there is `nbf`, `validate_maturity`", "`TimeOptions`"),
    Library("josekit", "Rust", "josekit", CLAIMS - {"required exp", "leeway"} | {"age"},
        "`JwtPayloadValidator` with `set_issuer`, `set_audience`, `set_subject`, `set_min_issued_time`",
        "`set_base_time`; faketime for its bound on `iat`", True),
    Library("libjwt", "C", "libjwt", frozenset(),
        "`jwt_decode` with the key, then `jwt_get_alg` compared; this version leaves claims to its caller",
        "none needed"),
]  # fmt: skip


@dataclass(frozen=True)
class Adapter:
    """The command that an adapter is, but for the library's name, and the version of each package."""

    command: list[str]
    versions: dict[str, str]


def prepare(language: str) -> Adapter:
    """Fetches and builds what the language needs; `MissingError` if its toolchain is not here."""
    BUILD.mkdir(parents=True, exist_ok=True)
    print(f"  {language} …", file=sys.stderr, flush=True)
    return {"Node": node, "Python": python, "Go": go, "Rust": rust, "C": c}[language]()


def node() -> Adapter:
    need("node", "npm")
    folder = laid_out("node")
    # Not `ci`: the lock file names the native package of one platform only, and `ci` demands all of them.
    run(["npm", "install", "--no-save", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return Adapter(["node", str(folder / "adapter.mjs")], manifest["dependencies"])


def python() -> Adapter:
    folder = laid_out("python")
    interpreter = folder / "venv" / "bin" / "python"
    if not interpreter.exists():
        venv.create(folder / "venv", with_pip=True)
    pip = [str(interpreter), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
    run([*pip, "--requirement", "requirements.txt"], folder)
    pins = (line.split("==") for line in (folder / "requirements.txt").read_text(encoding="utf-8").split())
    return Adapter([str(interpreter), str(folder / "adapter.py")], dict(pins))


def go() -> Adapter:
    need("go")
    folder = laid_out("go")
    environment = {"GOMODCACHE": str(folder / "modules"), "GOFLAGS": "-modcacherw -mod=readonly"}
    run(["go", "build", "-o", "adapter", "."], folder, environment)
    required = re.findall(r"^\t(\S+) v(\S+)$", (folder / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    return Adapter([str(folder / "adapter")], dict(required))


def rust() -> Adapter:
    need("cargo", "pkg-config")
    # josekit is built on OpenSSL.
    if subprocess.run(["pkg-config", "--exists", "openssl"], check=False).returncode != 0:
        raise MissingError("libssl-dev")
    target = BUILD / "rust"
    run(["cargo", "build", "--quiet", "--locked", "--release", "--target-dir", str(target)], HERE / "rust")
    lock = (HERE / "rust" / "Cargo.lock").read_text(encoding="utf-8")
    versions = dict(re.findall(r'^name = "(\S+)"\nversion = "(\S+)"$', lock, re.MULTILINE))
    return Adapter([str(target / "release" / "disagree")], versions)


def c() -> Adapter:
    need("cc", "pkg-config")
    known = subprocess.run(["pkg-config", "--modversion", "libjwt"], capture_output=True, text=True, check=False)
    if known.returncode != 0:
        raise MissingError("libjwt-dev")
    if not known.stdout.startswith("1."):
        raise MissingError("libjwt 1.x, for which the adapter is written,")
    folder = laid_out("c")
    run(["cc", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", "-o", "adapter", "adapter.c", "-ljwt"], folder)
    return Adapter([str(folder / "adapter")], {"libjwt": known.stdout.strip()})


def faketime() -> Path:
    """Debian's library that tells a process another time."""
    for path in sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        return path
    raise MissingError("faketime")


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            raise MissingError(program)


def laid_out(name: str) -> Path:
    """A copy of the adapter's folder, beside which its packages are put."""
    folder = BUILD / name
    shutil.copytree(HERE / name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    return folder


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, **(environment or {})}, stdout=sys.stderr)
