"""Single-use tickets: tokens that open once, within seconds."""

from doorward._doorward import Tickets

__all__ = ["Tickets"]
