//! The reason table as Python has it.

use doorward_core::Reason;
use doorward_core::reason::Class;
use std::fmt::Write as _;

const HEAD: &str = r#""""Why a request may not come in. Made by `cargo xtask gen` from core/src/reason.rs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from doorward import _doorward


class Reason(IntEnum):
    """Why a request may not come in, or why the question could not be answered.

    The value is the number: its first two digits are the stage that refused. Numbers and names never
    change.

    >>> Reason(5005), str(Reason.TOKEN_EXPIRED), Reason.TOKEN_EXPIRED.status
    (<Reason.TOKEN_EXPIRED: 5005>, '5005 token_expired', 401)
    """

"#;

const TAIL: &str = r#"
    @property
    def code(self) -> int:
        """The number."""
        return int(self)

    @property
    def public_class(self) -> str:
        """What the peer may know: `invalid_token` and so on."""
        return _ROWS[self][0]

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return _ROWS[self][1]

    @property
    def text(self) -> str:
        """One line for the log, without any byte of the request."""
        return _ROWS[self][2]

    @property
    def log_name(self) -> str:
        """The name as logs and metrics of every language carry it: `token_expired`."""
        return self.name.lower()

    @property
    def body(self) -> str:
        """The HTTP body of a refusal: one line, the same for every reason of the class."""
        return _BODIES[self.public_class]

    def challenge(self, realm: str = "doorward", scopes: Iterable[str] = ()) -> str | None:
        """Give the `WWW-Authenticate` value of a refusal, or `None` where the class has none.

        >>> Reason.CREDENTIAL_MISSING.challenge("app")
        'Bearer realm="app"'
        """
        return _doorward.challenge(int(self), realm, list(scopes))

    def __str__(self) -> str:
        return f"{int(self)} {self.log_name}"


_ROWS = {
"#;

const CLASSES: [Class; 7] = [
    Class::Unauthenticated,
    Class::InvalidRequest,
    Class::InvalidToken,
    Class::InsufficientScope,
    Class::Forbidden,
    Class::Unavailable,
    Class::Internal,
];

/// The module `doorward._reason`.
pub(crate) fn reasons() -> String {
    let mut module = String::from(HEAD);
    // Writing to a String cannot fail. Debug's quotes and escapes are Python's for this text.
    for reason in Reason::ALL {
        let _ = writeln!(module, "    {} = {}", reason.name().to_ascii_uppercase(), reason.code());
    }
    module.push_str(TAIL);
    for reason in Reason::ALL {
        let (class, text) = (reason.class().name(), reason.text());
        let _ =
            writeln!(module, "    {}: ({class:?}, {}, {text:?}),", reason.code(), reason.status());
    }
    module.push_str("}\n\n_BODIES = {\n");
    for class in CLASSES {
        let _ = writeln!(module, "    {:?}: {:?},", class.name(), class.body());
    }
    module.push_str("}\n");
    module
}
