import type { Decision, Gate, Refused, Scheme } from './index.js'

export interface FetchOptions {
  /** How the server was reached: `http` if left out, since the scheme of the URL may be the client's word. */
  readonly scheme?: Scheme | undefined
  /** The IP address of the connection's other end. */
  readonly peer?: string | undefined
  /** Unix time in seconds, instead of the system's. */
  readonly now?: number | undefined
}

/** Decides a request of the fetch API, as Hono and others have it. */
export function decideRequest(request: Request, gate: Gate, options?: FetchOptions): Decision

/** The response of a refusal. */
export function refusal(decision: Refused): Response
