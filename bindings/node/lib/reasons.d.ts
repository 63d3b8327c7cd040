// Made by `cargo xtask gen` from core/src/reason.rs.

/** Why not: the stable name, which logs and metrics carry. */
export type Reason =
  | 'null_argument'
  | 'storage_too_small'
  | 'storage_misaligned'
  | 'scratch_too_small'
  | 'config_invalid'
  | 'key_invalid'
  | 'origin_rule_invalid'
  | 'host_rule_invalid'
  | 'capability_invalid'
  | 'startup_unprotected'
  | 'output_too_small'
  | 'request_too_large'
  | 'target_malformed'
  | 'host_missing'
  | 'host_duplicate'
  | 'host_malformed'
  | 'host_not_allowed'
  | 'forwarded_malformed'
  | 'forwarded_proto_unknown'
  | 'origin_missing'
  | 'origin_duplicate'
  | 'origin_malformed'
  | 'origin_null'
  | 'origin_not_allowed'
  | 'origin_forbidden'
  | 'fetch_site_forbidden'
  | 'fetch_site_malformed'
  | 'credential_missing'
  | 'credential_malformed'
  | 'credential_duplicate'
  | 'credential_scheme_unsupported'
  | 'token_too_long'
  | 'token_alphabet'
  | 'token_segments'
  | 'token_base64'
  | 'header_json'
  | 'header_duplicate_name'
  | 'header_field_type'
  | 'header_critical'
  | 'header_unsupported'
  | 'header_type_unexpected'
  | 'key_unknown'
  | 'algorithm_not_allowed'
  | 'signature_invalid'
  | 'capability_unknown'
  | 'claims_json'
  | 'claims_duplicate_name'
  | 'claim_type_invalid'
  | 'claim_missing'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'issuer_not_accepted'
  | 'audience_not_accepted'
  | 'audience_unexpected'
  | 'lifetime_too_long'
  | 'token_too_old'
  | 'subject_not_accepted'
  | 'scope_insufficient'
  | 'resource_not_listed'
  | 'token_revoked'
  | 'token_already_used'
  | 'clock_unavailable'
  | 'store_unavailable'
  | 'internal'

/** Its stable number, whose first two digits tell how far the request got. */
export type ReasonCode =
  | 1001
  | 1002
  | 1003
  | 1004
  | 1005
  | 1006
  | 1007
  | 1008
  | 1009
  | 1010
  | 1011
  | 2001
  | 2002
  | 2101
  | 2102
  | 2103
  | 2104
  | 2105
  | 2106
  | 2201
  | 2202
  | 2203
  | 2204
  | 2205
  | 2206
  | 2207
  | 2208
  | 2301
  | 2302
  | 2303
  | 2304
  | 3001
  | 3002
  | 3003
  | 3004
  | 3005
  | 3006
  | 3007
  | 3008
  | 3009
  | 3010
  | 4001
  | 4002
  | 4003
  | 4004
  | 5001
  | 5002
  | 5003
  | 5004
  | 5005
  | 5006
  | 5007
  | 5008
  | 5009
  | 5010
  | 5011
  | 5012
  | 6001
  | 6002
  | 6003
  | 6004
  | 9001
  | 9002
  | 9999

/** What the peer may know of it. */
export type ReasonClass =
  | 'internal'
  | 'invalid_request'
  | 'forbidden'
  | 'unauthenticated'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unavailable'

/** The HTTP status of a refusal. */
export type RefusalStatus =
  | 400
  | 401
  | 403
  | 431
  | 500
  | 503

/** A row of the table. */
export interface ReasonRow {
  readonly code: ReasonCode
  readonly name: Reason
  readonly class: ReasonClass
  readonly status: RefusalStatus
  /** One line for the log, without any byte of a request. */
  readonly text: string
}
