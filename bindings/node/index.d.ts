import type { KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Reason, ReasonClass, ReasonCode, ReasonRow, RefusalStatus } from './lib/reasons.js'

export type { Reason, ReasonClass, ReasonCode, ReasonRow, RefusalStatus }

/** The version of this package, and of every doorward package of the same release. */
export const version: string

/** Every reason, in ascending order of its number. */
export const reasons: readonly ReasonRow[]

/** What a listener speaks. A WebSocket's `ws` is HTTP, its `wss` HTTPS. */
export type Scheme = 'http' | 'https' | 'ws' | 'wss'

/**
 * Bytes of a header line or a target. In a string each character is a byte, U+0000 to U+00FF, as
 * Node's own parser gives them.
 */
export type Bytes = string | Uint8Array

/** Header lines: pairs, names and values in turn, `Headers`, or an object of values. */
export type HeaderLines =
  | readonly (readonly [Bytes, Bytes])[]
  | readonly Bytes[]
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined }

/** A request where there is no `IncomingMessage`. */
export interface PlainRequest {
  /** For explanations only: no rule depends on it. `GET` if left out. */
  readonly method?: string | undefined
  /** The request target: path and query. */
  readonly url?: Bytes | undefined
  readonly headers: HeaderLines
  /** How the server was reached: `http` if left out. */
  readonly scheme?: Scheme | undefined
  /** The IP address of the connection's other end. */
  readonly peer?: string | undefined
}

/** A framework's request that holds Node's own. */
export interface WrappedRequest {
  readonly raw?: IncomingMessage
  readonly req?: IncomingMessage
}

/** What the server knows better than the request. */
export interface DecideOptions {
  /** Instead of what the socket says: `https` behind a proxy that ends TLS for every request. */
  readonly scheme?: Scheme | undefined
  /** Instead of the socket's `remoteAddress`. Only listed proxies depend on it. */
  readonly peer?: string | undefined
  /** Instead of the request's `url`, where a router has cut it. */
  readonly url?: string | undefined
  /** Unix time in seconds, instead of the system's; 0 is an unknown time. */
  readonly now?: number | undefined
}

/**
 * The claims of a token that was verified, parsed when the first one is asked for; `iss`, `sub` and `jti` are
 * found without that.
 */
export class Claims {
  private constructor()
  /** The claims set as its issuer wrote it. */
  readonly json: string
  readonly iss: string | undefined
  readonly sub: string | undefined
  readonly aud: string | string[] | undefined
  readonly exp: number
  readonly nbf: number | undefined
  readonly iat: number | undefined
  readonly jti: string | undefined
  /** The claim of this name; what an object inherits is none. */
  get(name: string): unknown
  /** All of them, as an object; the same one each time. */
  toJSON(): { [name: string]: unknown }
}

/** On whose behalf a request came in. */
export class Principal {
  private constructor()
  readonly kind: 'anonymous' | 'capability' | 'token'
  /** The capability entry's id, or the token's `sub`. */
  readonly id: string | undefined
  /** Where the credential was, as the policy writes the place; empty for an anonymous principal. */
  readonly place: string
  /** The id of the key that proved the token, if the key has one. */
  readonly keyId: string | undefined
  /** The second from which on the credential is no longer valid, in Unix time. */
  readonly expires: number | undefined
  /** The scopes of a capability entry; those of a token are a claim, see `hasScope`. */
  readonly scopes: readonly string[]
  /** The claims of a token. */
  readonly claims: Claims | undefined
  /** Whether the credential carries the scope. */
  hasScope(scope: string): boolean
}

/** One stage of a decision and what was compared there. Secrets are left out. */
export interface ExplanationStep {
  readonly stage: string
  /** Why the request was refused here; undefined if it passed. */
  readonly refused: Reason | undefined
  readonly details: readonly string[]
}

/** Each check of a decision. */
export interface Explanation {
  readonly reason: Reason | undefined
  readonly steps: readonly ExplanationStep[]
  /** All of it, in lines. */
  readonly text: string
}

/** The request may come in. */
export interface Allowed {
  readonly allowed: true
  readonly principal: Principal
  /** Judges the request anew, by the rules and the time of now, and tells each check. */
  explain(): Explanation
}

/** The request may not come in. */
export interface Refused {
  readonly allowed: false
  readonly reason: Reason
  readonly code: ReasonCode
  /** The HTTP status of the answer. */
  readonly status: RefusalStatus
  /** The `WWW-Authenticate` value of the answer, if it has one. */
  readonly challenge: string | undefined
  /** Judges the request anew, by the rules and the time of now, and tells each check. */
  explain(): Explanation
}

/** The answer to one request. */
export type Decision = Allowed | Refused

/** Something of a policy that works and should not stay so. */
export interface Warning {
  /** The key's path. */
  readonly path: string
  readonly message: string
}

/** A configured verifier of requests. */
export class Gate {
  private constructor()
  /**
   * Reads a policy file: TOML if its name ends in `.toml`, JSON if in `.json`.
   * @throws PolicyError
   */
  static open(path: string | URL): Gate
  /**
   * A gate from a policy document: TOML or JSON as text, or the object that the JSON would be.
   * @throws PolicyError
   */
  static fromPolicy(policy: string | object): Gate
  /** What the policy should not keep, such as a secret file that everybody can read. */
  readonly warnings: readonly Warning[]
  /** Where the policy looks for a credential, as it writes the places. */
  readonly places: readonly string[]
  /**
   * Decides one request. A denial is a value.
   * @throws TypeError for what is no request
   */
  decide(
    request: IncomingMessage | WrappedRequest | PlainRequest,
    options?: DecideOptions,
  ): Decision
  /** Judges a request and tells each check. */
  explain(
    request: IncomingMessage | WrappedRequest | PlainRequest,
    options?: DecideOptions,
  ): Explanation
  /**
   * Reads the document and its secrets again. One that is not in order changes nothing.
   * @throws PolicyError
   */
  reload(): readonly Warning[]
  /**
   * Judges a listener before it is opened, such as `0.0.0.0:8080`.
   * @throws UsageError `startup_unprotected`, if other machines reach it and no credential is configured
   */
  startupCheck(address: string): 'ok' | 'warn'
}

/** A refusal where there is no decision to give it in. Holds no byte of what was refused. */
export class Denied extends Error {
  private constructor()
  readonly reason: Reason
  readonly code: ReasonCode
  readonly status: RefusalStatus
}

/** What the calling program or its configuration does is wrong: a reason of 1xxx. No client can cause it. */
export class UsageError extends Error {
  private constructor()
  readonly reason: Reason
  readonly code: ReasonCode
  readonly status: RefusalStatus
}

/**
 * There is no answer: a reason of 9xxx, from a clock or a store that does not know. Answer 503 or 500, never
 * 401: nobody was refused.
 */
export class Undecided extends Error {
  private constructor()
  readonly reason: Reason
  readonly code: ReasonCode
  readonly status: RefusalStatus
}

/** A policy that is not in order, and where. Holds no secret. */
export class PolicyError extends Error {
  private constructor()
  readonly reason: Reason
  readonly code: ReasonCode
  /** The key's path, such as `jwt.key[0].secret_file`; empty where no key is to blame. */
  readonly path: string
  /** The place in the document, counted from 1, if it could be read so far. */
  readonly line: number | undefined
  readonly column: number | undefined
  readonly file: string | undefined
}

export type Algorithm = 'HS256' | 'HS384' | 'HS512'

export type Encoding = 'utf8' | 'base64' | 'base64url' | 'hex'

/** A secret: text stands for its UTF-8 bytes. At least as long as the algorithm's hash. */
export type Secret = string | Uint8Array | KeyObject

/** A key of a ring. */
export interface Key {
  /** The `kid` that chooses it. */
  readonly id?: string | undefined
  readonly algorithm?: Algorithm | undefined
  readonly secret: Secret
  /** How the text of a secret stands for its bytes. */
  readonly encoding?: Encoding | undefined
}

/**
 * What a verifier asks of a token: the keys of the policy's `jwt` table. One that is there and undefined
 * throws, since a rule that somebody meant to set must not be none.
 */
export interface VerifierOptions {
  /** One key, or a ring of at most eight. */
  readonly key: Secret | Key | readonly (Secret | Key)[]
  /** The one algorithm of keys that name none: `HS256` if left out. */
  readonly algorithm?: Algorithm | undefined
  /** The one `iss` that is accepted. */
  readonly issuer?: string
  /** `aud` must name one of these; without any, a token with `aud` is refused. */
  readonly audience?: string | readonly string[]
  /** The one `sub` that is accepted. */
  readonly subject?: string
  /** Seconds of clock skew, at most 300: 30 if left out. */
  readonly leeway?: number
  /** Claims that must be there, besides `exp`. */
  readonly required?: readonly string[]
  /** Seconds that `exp` may lie ahead, and after `iat`. */
  readonly maxLifetime?: number
  /** Seconds since `iat`, which then must be there. */
  readonly maxAge?: number
  /** Accepted values of `typ`, which then must be there. */
  readonly typ?: string | readonly string[]
  /** Values of `jti` that are refused. */
  readonly revoked?: readonly string[]
  /** Gives up the check of `typ`. */
  readonly ignoreTyp?: boolean
  /** Gives up that `kid` chooses the key. */
  readonly ignoreKid?: boolean
  /** Gives up the check of `aud`. */
  readonly ignoreAudience?: boolean
  /** Takes the second `exp` + leeway itself for valid. */
  readonly validAtExpiry?: boolean
}

/**
 * Verifies a token; `now` is Unix time in seconds instead of the system's.
 * @throws Denied
 */
export type Verifier<T> = (token: string | Uint8Array, now?: number) => T

/** Options of `jwt.verify`, as jsonwebtoken names them. */
export interface VerifyOptions {
  /** The one algorithm of the key: `['HS256']` if left out. */
  readonly algorithms?: readonly [Algorithm]
  readonly issuer?: string
  readonly audience?: string | readonly string[]
  readonly subject?: string
  /** Seconds of clock skew, at most 300: none if left out. */
  readonly clockTolerance?: number
  /** Unix time in seconds, instead of the system's. */
  readonly clockTimestamp?: number
  /** Seconds since `iat`. */
  readonly maxAge?: number
}

/** Options of `jwt.sign`, as jsonwebtoken names them. */
export interface SignOptions {
  /** `HS256` if left out. */
  readonly algorithm?: Algorithm | undefined
  readonly encoding?: Encoding | undefined
  readonly keyid?: string | undefined
  /** Seconds from now, or from `iat` where the claims have it. */
  readonly expiresIn?: number | undefined
  readonly notBefore?: number | undefined
  readonly audience?: string | readonly string[] | undefined
  readonly issuer?: string | undefined
  readonly subject?: string | undefined
  readonly jwtid?: string | undefined
  /** Leaves `iat` out. */
  readonly noTimestamp?: boolean | undefined
}

/** Signed tokens, without a request around them. */
export const jwt: {
  /**
   * Makes a function that verifies tokens, in fast-jwt's shape.
   * @throws PolicyError for options that make no verifier
   */
  createVerifier(options: VerifierOptions & { readonly claims: 'object' }): Verifier<{
    [name: string]: unknown
  }>
  createVerifier(options: VerifierOptions & { readonly claims: 'none' }): Verifier<void>
  createVerifier(
    options: VerifierOptions & { readonly claims?: 'lazy' | undefined },
  ): Verifier<Claims>
  /**
   * Verifies one token, in jsonwebtoken's shape. The verifier of the last call is kept, with its key; one
   * of `createVerifier` is faster.
   * @throws Denied, PolicyError
   */
  verify(
    token: string | Uint8Array,
    key: VerifierOptions['key'],
    options?: VerifyOptions,
  ): { [name: string]: unknown }
  /**
   * Signs claims: an object, to which options may add, or JSON text, which is signed as it is.
   * @throws Denied
   */
  sign(claims: object | string, key: Secret, options?: SignOptions): string
}

/** How the 256 random bits of a new token are written. */
export type TokenForm = 'base64url' | 'hex' | 'letters62'

/** Capability tokens: random text whose bearer may come in. Only its SHA-256 is stored. */
export const capability: {
  /** A new token of 256 random bits. */
  generate(form?: TokenForm): string
  /** What is stored in a token's place: its SHA-256 in hexadecimal digits. */
  digest(token: string | Uint8Array): string
  /** Whether a token is that of a stored digest. In constant time. */
  matches(token: string | Uint8Array, stored: string): boolean
  /** Which of the stored digests is the token's. None is left out, and no match ends the search. */
  find(token: string | Uint8Array, stored: readonly string[]): number | undefined
}

/** The keys of the policy's `origin` table. */
export interface OriginRules {
  readonly mode?:
    'same-origin' | 'list' | 'same-origin-or-list' | 'none-allowed' | 'after-credential' | 'off'
  readonly allow?: readonly string[]
  readonly absent?: 'allow-native' | 'require' | 'allow'
  readonly loopback_aliases?: boolean
  readonly allow_null?: boolean
  readonly ignore_scheme?: boolean
  readonly https_page_on_http?: boolean
  readonly accept_unserialized?: boolean
  readonly empty_is_absent?: boolean
  readonly ignore_fetch_site?: boolean
}

/** The headers that an origin is judged by. */
export interface Page {
  readonly host: string
  readonly origin?: string | undefined
  /** `Sec-Fetch-Site` */
  readonly fetchSite?: string | undefined
  /** How the server was reached: `http` if left out. */
  readonly scheme?: Scheme | undefined
}

/** Origins of pages. */
export const origin: {
  /** Why a value is not the serialized origin of a page; undefined if it is. */
  fault(value: string | Uint8Array): 'origin_malformed' | 'origin_null' | undefined
  /**
   * The canonical text of a line of an origin list.
   * @throws UsageError `origin_rule_invalid`
   */
  normalise(line: string): string
  /**
   * A function that judges a page, by these rules and by nothing else.
   * @throws PolicyError
   */
  createCheck(rules: OriginRules): (page: Page) => Decision
}

/** What became of a ticket. */
export type Redeemed =
  | { readonly allowed: true; readonly payload: string }
  | {
      readonly allowed: false
      readonly reason: Reason
      readonly code: ReasonCode
      readonly status: RefusalStatus
    }

/** Tickets that open once, within seconds: one table, in this process. */
export class Tickets {
  constructor(options: {
    /** Most tickets that are open at a time, 1 to 65 536: 64 if left out. A redemption looks at all of them. */
    readonly capacity?: number | undefined
    /** Seconds for which a ticket is good. */
    readonly ttl: number
  })
  /**
   * A new ticket, which gives back the payload: at most 64 bytes of UTF-8.
   * @throws Undecided `store_unavailable`, if as many are open as the table holds
   */
  issue(payload?: string, options?: { readonly now?: number | undefined }): string
  /** Uses a ticket up. */
  redeem(token: string, options?: { readonly now?: number | undefined }): Redeemed
}
