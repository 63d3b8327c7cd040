import type { IncomingMessage } from 'node:http'
import type { Decision, Gate, Principal, Scheme } from './index.js'

export interface PluginOptions {
  readonly gate: Gate
  /** Instead of what the socket says: `https` behind a proxy that ends TLS for every request. */
  readonly scheme?: Scheme | undefined
  /** Instead of the socket's `remoteAddress`. */
  readonly peer?: string | undefined
  /** Takes the credential out of headers, cookies and the URL before the routes see them. */
  readonly stripCredential?: boolean | undefined
  /** Is told each decision, for logs. */
  readonly onDecision?:
    ((decision: Decision, request: { readonly raw: IncomingMessage }) => void) | undefined
}

/**
 * A plugin that lets only those requests through that the gate allows, WebSocket upgrades included:
 * `app.register(doorward, { gate })`, before other plugins. The principal is `request.doorward`; to have
 * it typed, declare it: `declare module 'fastify' { interface FastifyRequest { doorward: Principal } }`.
 */
export function doorward(
  // Fastify's own types, without a dependency on them.
  // biome-ignore lint/suspicious/noExplicitAny: the plugin's argument is Fastify's affair
  fastify: any,
  options: PluginOptions,
  done: (error?: Error) => void,
): void

export type { Principal }
