"""The reasons as the vectors name them: code, name and HTTP status, written out by hand."""

from __future__ import annotations

REASONS: dict[int, tuple[str, int]] = {
    1004: ("scratch_too_small", 500),
    1005: ("config_invalid", 500),
    1006: ("key_invalid", 500),
    1007: ("origin_rule_invalid", 500),
    1008: ("host_rule_invalid", 500),
    1009: ("capability_invalid", 500),
    1010: ("startup_unprotected", 500),
    1011: ("output_too_small", 500),
    2001: ("request_too_large", 431),
    2002: ("target_malformed", 400),
    2101: ("host_missing", 403),
    2102: ("host_duplicate", 403),
    2103: ("host_malformed", 403),
    2104: ("host_not_allowed", 403),
    2105: ("forwarded_malformed", 403),
    2106: ("forwarded_proto_unknown", 403),
    2201: ("origin_missing", 403),
    2202: ("origin_duplicate", 403),
    2203: ("origin_malformed", 403),
    2204: ("origin_null", 403),
    2205: ("origin_not_allowed", 403),
    2206: ("origin_forbidden", 403),
    2207: ("fetch_site_forbidden", 403),
    2208: ("fetch_site_malformed", 403),
    2301: ("credential_missing", 401),
    2302: ("credential_malformed", 400),
    2303: ("credential_duplicate", 400),
    2304: ("credential_scheme_unsupported", 401),
    3001: ("token_too_long", 401),
    3002: ("token_alphabet", 401),
    3003: ("token_segments", 401),
    3004: ("token_base64", 401),
    3005: ("header_json", 401),
    3006: ("header_duplicate_name", 401),
    3007: ("header_field_type", 401),
    3008: ("header_critical", 401),
    3009: ("header_unsupported", 401),
    3010: ("header_type_unexpected", 401),
    4001: ("key_unknown", 401),
    4002: ("algorithm_not_allowed", 401),
    4003: ("signature_invalid", 401),
    4004: ("capability_unknown", 401),
    5001: ("claims_json", 401),
    5002: ("claims_duplicate_name", 401),
    5003: ("claim_type_invalid", 401),
    5004: ("claim_missing", 401),
    5005: ("token_expired", 401),
    5006: ("token_not_yet_valid", 401),
    5007: ("issuer_not_accepted", 401),
    5008: ("audience_not_accepted", 401),
    5009: ("audience_unexpected", 401),
    5010: ("lifetime_too_long", 401),
    5011: ("token_too_old", 401),
    5012: ("subject_not_accepted", 401),
    6001: ("scope_insufficient", 403),
    6002: ("resource_not_listed", 403),
    6003: ("token_revoked", 401),
    6004: ("token_already_used", 401),
    9001: ("clock_unavailable", 503),
    9002: ("store_unavailable", 503),
}


def name(code: int) -> str:
    """The name of a reason."""
    return REASONS[code][0]


def status(code: int) -> int:
    """The HTTP status that the peer sees; 0 is an allow."""
    return 200 if code == 0 else REASONS[code][1]
