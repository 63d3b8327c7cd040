"""doorward decides whether a request or a WebSocket upgrade may come in.

    request bytes -> host -> origin -> credential -> token -> claims -> Allow(who) | Deny(why)

`Gate` is a policy that decides; `doorward.asgi`, `doorward.wsgi`, `doorward.starlette` and
`doorward.websockets` put it in front of a server. `doorward.jwt`, `doorward.capability`,
`doorward.origin` and `doorward.tickets` are single checks without a gate.
"""

from doorward import _doorward
from doorward._doorward import Claims, Decision, Gate, Principal
from doorward._errors import Denied, PolicyError, Undecided, UsageError
from doorward._reason import Reason

__all__ = [
    "Claims",
    "Decision",
    "Denied",
    "Gate",
    "PolicyError",
    "Principal",
    "Reason",
    "Undecided",
    "UsageError",
    "__version__",
]

__version__ = _doorward.VERSION
