'use strict'

// Made by `cargo xtask gen` from core/src/reason.rs.

// prettier-ignore
const ROWS = [
  [1001, 'null_argument', 'internal', 500, 'a required pointer is NULL, or a length, a number or a text is not what the function takes'],
  [1002, 'storage_too_small', 'internal', 500, "the memory given for a gate's rules is too small for them"],
  [1003, 'storage_misaligned', 'internal', 500, 'a pointer is not aligned as its type asks'],
  [1004, 'scratch_too_small', 'internal', 500, 'the scratch buffer is smaller than this gate needs'],
  [1005, 'config_invalid', 'internal', 500, 'the policy is not valid'],
  [1006, 'key_invalid', 'internal', 500, 'a signing key is empty, too short, undecodable, a duplicate, or the text of another kind of key'],
  [1007, 'origin_rule_invalid', 'internal', 500, 'a line of the origin list could never match, or would match too much'],
  [1008, 'host_rule_invalid', 'internal', 500, 'a line of the host list or of the trusted proxies cannot be read'],
  [1009, 'capability_invalid', 'internal', 500, 'a capability entry has no usable digest or a token that is too short'],
  [1010, 'startup_unprotected', 'internal', 500, 'the listener is reachable from other machines and no credential is configured'],
  [1011, 'output_too_small', 'internal', 500, "the caller's output buffer is too small"],
  [2001, 'request_too_large', 'invalid_request', 431, 'the request has more headers or longer values than the limits allow'],
  [2002, 'target_malformed', 'invalid_request', 400, 'the request target holds bytes that no URI has'],
  [2101, 'host_missing', 'forbidden', 403, 'there is no Host to judge'],
  [2102, 'host_duplicate', 'forbidden', 403, 'there is more than one Host'],
  [2103, 'host_malformed', 'forbidden', 403, 'the Host is not a name or address with an optional port'],
  [2104, 'host_not_allowed', 'forbidden', 403, 'the Host is not one of the allowed hosts'],
  [2105, 'forwarded_malformed', 'forbidden', 403, "a trusted proxy's forwarding headers cannot be read or disagree"],
  [2106, 'forwarded_proto_unknown', 'forbidden', 403, 'a trusted proxy named a protocol that is none of http, https, ws, wss'],
  [2201, 'origin_missing', 'forbidden', 403, 'there is no Origin, and this policy or a cookie credential asks for one'],
  [2202, 'origin_duplicate', 'forbidden', 403, 'there is more than one Origin'],
  [2203, 'origin_malformed', 'forbidden', 403, 'the Origin is not a serialized origin'],
  [2204, 'origin_null', 'forbidden', 403, 'the Origin is null: a sandboxed frame, a file or a redirect'],
  [2205, 'origin_not_allowed', 'forbidden', 403, 'the Origin is neither the same origin nor listed, as the mode asks'],
  [2206, 'origin_forbidden', 'forbidden', 403, 'this policy admits no page, or none without a credential that the page itself must hold'],
  [2207, 'fetch_site_forbidden', 'forbidden', 403, 'the browser says that the request comes from another site or a sibling of this one'],
  [2208, 'fetch_site_malformed', 'forbidden', 403, 'Sec-Fetch-Site is repeated or none of its four values'],
  [2301, 'credential_missing', 'unauthenticated', 401, 'there is no credential in any configured place'],
  [2302, 'credential_malformed', 'invalid_request', 400, 'the credential is not written as its place demands'],
  [2303, 'credential_duplicate', 'invalid_request', 400, 'there is more than one credential'],
  [2304, 'credential_scheme_unsupported', 'unauthenticated', 401, 'Authorization names another scheme than Bearer'],
  [3001, 'token_too_long', 'invalid_token', 401, 'the token is longer than the limit'],
  [3002, 'token_alphabet', 'invalid_token', 401, 'the token holds a byte outside base64url and the dot'],
  [3003, 'token_segments', 'invalid_token', 401, 'the token is not three non-empty segments'],
  [3004, 'token_base64', 'invalid_token', 401, 'a segment is not canonical base64url'],
  [3005, 'header_json', 'invalid_token', 401, 'the JOSE header is not one strict JSON object within the limits'],
  [3006, 'header_duplicate_name', 'invalid_token', 401, 'the JOSE header has a name twice'],
  [3007, 'header_field_type', 'invalid_token', 401, 'alg is absent, or alg, typ, cty or kid is not a string'],
  [3008, 'header_critical', 'invalid_token', 401, 'the JOSE header has crit, and no extension is understood'],
  [3009, 'header_unsupported', 'invalid_token', 401, 'the JOSE header has b64 or zip'],
  [3010, 'header_type_unexpected', 'invalid_token', 401, 'typ is not what the policy names'],
  [4001, 'key_unknown', 'invalid_token', 401, "no key has the token's kid"],
  [4002, 'algorithm_not_allowed', 'invalid_token', 401, "the token's alg is not the key's algorithm"],
  [4003, 'signature_invalid', 'invalid_token', 401, 'no key gives this signature'],
  [4004, 'capability_unknown', 'invalid_token', 401, 'the capability token is none of the configured ones'],
  [5001, 'claims_json', 'invalid_token', 401, 'the payload is not one strict JSON object within the limits'],
  [5002, 'claims_duplicate_name', 'invalid_token', 401, 'the payload has a name twice'],
  [5003, 'claim_type_invalid', 'invalid_token', 401, 'a registered claim has the wrong type or is no date before the year 10000'],
  [5004, 'claim_missing', 'invalid_token', 401, 'exp or another required claim is absent'],
  [5005, 'token_expired', 'invalid_token', 401, 'the token or the capability entry has expired'],
  [5006, 'token_not_yet_valid', 'invalid_token', 401, "the token's nbf lies ahead"],
  [5007, 'issuer_not_accepted', 'invalid_token', 401, 'iss is not the configured issuer'],
  [5008, 'audience_not_accepted', 'invalid_token', 401, 'aud names none of the configured audiences'],
  [5009, 'audience_unexpected', 'invalid_token', 401, 'the token names an audience and none is configured'],
  [5010, 'lifetime_too_long', 'invalid_token', 401, 'exp lies further ahead than the longest lifetime allowed'],
  [5011, 'token_too_old', 'invalid_token', 401, 'iat lies further back than the greatest age allowed'],
  [5012, 'subject_not_accepted', 'invalid_token', 401, 'sub is not the configured subject'],
  [6001, 'scope_insufficient', 'insufficient_scope', 403, 'the credential lacks a required scope'],
  [6002, 'resource_not_listed', 'insufficient_scope', 403, 'the credential does not list the resource'],
  [6003, 'token_revoked', 'invalid_token', 401, "the token's jti is revoked"],
  [6004, 'token_already_used', 'invalid_token', 401, 'the single-use token was used before'],
  [9001, 'clock_unavailable', 'unavailable', 503, 'the time is needed and not known'],
  [9002, 'store_unavailable', 'unavailable', 503, 'a store is full or could not answer'],
  [9999, 'internal', 'internal', 500, 'the library failed in itself: please report it'],
]

// What the peer reads of a refusal: one line, the same for each reason of a class.
const BODIES = {
  internal: 'internal error\n',
  invalid_request: 'invalid request\n',
  forbidden: 'forbidden\n',
  unauthenticated: 'authentication required\n',
  invalid_token: 'invalid token\n',
  insufficient_scope: 'insufficient scope\n',
  unavailable: 'unavailable\n',
}

const reasons = Object.freeze(
  ROWS.map(([code, name, group, status, text]) =>
    Object.freeze({ code, name, class: group, status, text }),
  ),
)

const rows = new Map(reasons.map((row) => [row.code, row]))

/** The row of a reason's number. */
function byCode(code) {
  const row = rows.get(code)
  if (row === undefined) throw new RangeError(`doorward: ${code} is no reason`)
  return row
}

/** The line that the peer reads. */
function bodyOf(code) {
  return BODIES[byCode(code).class]
}

module.exports = { bodyOf, byCode, reasons }
