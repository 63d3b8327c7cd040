import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Decision, Gate, Principal, Scheme } from './index.js'

export interface GuardOptions {
  /** Instead of what the socket says: `https` behind a proxy that ends TLS for every request. */
  readonly scheme?: Scheme | undefined
  /** Instead of the socket's `remoteAddress`. */
  readonly peer?: string | undefined
  /** Takes the credential out of headers, cookies and the URL before the routes see them. */
  readonly stripCredential?: boolean | undefined
  /** Is told each decision, for logs. */
  readonly onDecision?: ((decision: Decision, request: IncomingMessage) => void) | undefined
}

/** Middleware that lets only those requests through that the gate allows: `app.use(doorward(gate))`. */
export function doorward(
  gate: Gate,
  options?: GuardOptions,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

declare global {
  namespace Express {
    interface Request {
      /** On whose behalf the request came in; set by `doorward/express`. */
      doorward?: Principal
    }
  }
}
