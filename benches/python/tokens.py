"""Claims of exact sizes: those of benches/src/lib.rs, of this hour."""

from __future__ import annotations

import time

SECRET = b"a benchmark's secret, which everybody knows, 64 bytes long......"
ISSUER, AUDIENCE = "https://issuer.example", "mux"
DISTINCT = 256
SIZES = {281: 150, 1036: 716, 8192: 6083}
NOW = int(time.time())


def claims(index: int, size: int) -> str:
    """Compact JSON of exactly `size` bytes, with the claims of benches/src/lib.rs."""
    text = (
        f'{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u-{index:04}","exp":{NOW + 36_000},"nbf":{NOW},'
        f'"iat":{NOW - index},"jti":"{index * 40_503 & 0xFFFFFF:06x}"'
    )
    if size >= SIZES[1036]:
        scopes = ",".join(f'"workspace:{n:02}:read"' for n in range(16))
        text += (
            ',"name":"Example User","email":"user@example.com",'
            f'"tenant":{{"id":42,"plan":"team","regions":["eu","us"]}},"permissions":[{scopes}]'
        )
    if size >= SIZES[8192]:
        grants = ",".join(f'{{"id":{n},"resource":"workspace:{n:03}","rw":true}}' for n in range(100))
        text += f',"grants":[{grants}]'
    text += ',"scope":"mux:'
    missing = size - len(text) - 2
    return text + "".join(" " if n % 9 == 8 else "r" for n in range(missing)) + '"}'
