import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Decision, Gate, Principal, Scheme } from './index.js'

export interface UpgradeOptions {
  /** Instead of what the socket says: `https` behind a proxy that ends TLS for every request. */
  readonly scheme?: Scheme | undefined
  /** Instead of the socket's `remoteAddress`. */
  readonly peer?: string | undefined
  /** Takes the credential out of the other places too: headers, cookies and the URL. */
  readonly stripCredential?: boolean | undefined
  /** Is told each decision, for logs. */
  readonly onDecision?: ((decision: Decision, request: IncomingMessage) => void) | undefined
  /** Is told why a request could not be decided, which is then refused: by default a warning. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** What `guardUpgrade` needs of a `WebSocketServer` of `ws`. */
export interface UpgradeTarget<WebSocket> {
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (webSocket: WebSocket, request: IncomingMessage) => void,
  ): void
  emit(event: string, ...args: unknown[]): boolean
}

/**
 * Decides one upgrade. Refused, the client is answered and the socket destroyed. Allowed, a secret that
 * came as a subprotocol is taken out of the request, so that no server can echo it.
 */
export function admitUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  gate: Gate,
  options?: UpgradeOptions,
): Decision

/**
 * Puts a gate in front of a `ws` server: `connection` is emitted with the socket, the request and the
 * principal, and only for upgrades that the gate allows. Gives a function that takes it away again.
 */
export function guardUpgrade<WebSocket>(
  server: Pick<Server, 'on' | 'removeListener'>,
  wss: UpgradeTarget<WebSocket>,
  gate: Gate,
  options?: UpgradeOptions,
): () => void

/** On whose behalf an upgrade came in that `admitUpgrade` or `guardUpgrade` let in. */
export function principalOf(request: IncomingMessage): Principal | undefined
