import type { Algorithm, Encoding, Reason, ReasonCode, Scheme, TokenForm } from './index.js'

type Data = string | Uint8Array

// Each throws `Denied` where it refuses. A string stands for its UTF-8 bytes.

/** The token of an `Authorization` value. */
export function bearer(value: Data): string

/** Decodes canonical base64url (RFC 4648 §5, no padding). */
export function base64urlDecode(text: Data): Buffer

/** Encodes as base64url without padding. */
export function base64urlEncode(data: Data): string

/** The capability token of 32 given bytes: `capability.generate` takes them from the system. */
export function capabilityOf(entropy: Uint8Array, form?: TokenForm): string

/** The `WWW-Authenticate` value of a reason. */
export function challenge(
  reason: Reason,
  realm: string,
  scopes: readonly string[],
): string | undefined

/** The member of a JSON object at the end of a path of names, if it is of the kind: as JSON text. */
export function claimAt(
  text: Data,
  path: readonly string[],
  kind: 'string' | 'integer' | 'bool' | 'raw',
): string | undefined

/** What a gate answers an empty request when it has so many bytes of memory: a reason's number, or 0. */
export function decideWithScratch(policy: string, scratch: number): ReasonCode | 0

/** Reads `host[:port]`: lower case, IPv6 in brackets, the scheme's port where none is written. */
export function hostParse(value: Data, scheme: Scheme): { host: string; port: number }

/** Throws unless the text is one strict JSON object. */
export function jsonObject(text: Data): void

/** The payload of a token whose MAC is right; neither `typ` nor claims are judged. */
export function jwsVerify(
  algorithm: Algorithm,
  secret: Data,
  encoding: Encoding,
  token: Data,
): Buffer

/** Throws unless the secret is good for the algorithm. */
export function key(algorithm: Algorithm, secret: Data, encoding: Encoding): void

/** Whether a listener may be opened. */
export function listen(address: string, credential: boolean, mode: 'refuse' | 'warn'): 'ok' | 'warn'

/**
 * A target without the query parameter `name`. This and the next two take a string as Node's parser
 * gives it, each character a byte, and give one.
 */
export function stripQuery(target: Data, name: string): string

/** A `Cookie` value without the cookie `name`. */
export function stripCookie(value: Data, name: string): string

/** A `Sec-WebSocket-Protocol` value without the items that begin with `prefix`. */
export function stripSubprotocol(value: Data, prefix: string): string

/** A table of tickets whose random bytes the caller gives; `Tickets` takes them from the system. */
export function ticketTable(
  capacity: number,
  ttl: number,
): {
  issue(entropy: Uint8Array, payload: string, now: number): string
  redeem(token: string, now: number): Buffer
}
