'use strict'

// The handler of Node's `upgrade` event, done right: nothing is upgraded before it is decided.

const { takeOut } = require('./lib/places.js')
const { UNDECIDED, bytesOf } = require('./lib/refusal.js')

/**
 * Decides one upgrade. Refused, the client is answered and the socket destroyed. Allowed, a secret that
 * came as a subprotocol is taken out of the request, so that no server can echo it.
 */
function admitUpgrade(request, socket, gate, options = {}) {
  // Without a listener, a client that resets the connection here ends the process.
  const onError = () => socket.destroy()
  socket.on('error', onError)
  const decision = decide(request, gate, options)
  tell(options, decision, request)
  if (decision.allowed) {
    principals.set(request, decision.principal)
    takeOut(request, gate, decision.principal.place, options.stripCredential === true)
    socket.removeListener('error', onError)
  } else {
    socket.once('finish', () => socket.destroy())
    socket.end(bytesOf(decision))
  }
  return decision
}

/** A log that fails must not end the process, nor leave the socket without an answer. */
function tell({ onDecision, onError = warn }, decision, request) {
  try {
    onDecision?.(decision, request)
  } catch (error) {
    onError(error)
  }
}

const principals = new WeakMap()

/** On whose behalf an upgrade came in. */
function principalOf(request) {
  return principals.get(request)
}

/** A request that cannot be decided is refused; what was wrong goes to whoever is told of errors. */
function decide(request, gate, { scheme, peer, onError = warn }) {
  try {
    return gate.decide(request, { scheme, peer })
  } catch (error) {
    onError(error)
    return { ...UNDECIDED, explain: () => ({ reason: UNDECIDED.reason, steps: [], text: '' }) }
  }
}

function warn(error) {
  process.emitWarning(error)
}

/**
 * Puts a gate in front of a `ws` server: `connection` is emitted with the socket, the request and the
 * principal, and only for upgrades that the gate allows. Gives a function that takes it away again.
 */
function guardUpgrade(server, wss, gate, options = {}) {
  if (wss.options?.server != null || wss.options?.port != null) {
    throw new TypeError('make the WebSocketServer with noServer: it must not upgrade by itself')
  }
  const onUpgrade = (request, socket, head) => {
    const decision = admitUpgrade(request, socket, gate, options)
    if (!decision.allowed) return
    wss.handleUpgrade(request, socket, head, (webSocket) => {
      // As above: a client that sends a wrong frame would end the process of whoever does not listen. `ws`
      // closes such a connection, which is told by `close`; a listener of the application's hears it too.
      webSocket.on?.('error', () => {})
      wss.emit('connection', webSocket, request, decision.principal)
    })
  }
  server.on('upgrade', onUpgrade)
  return () => {
    server.removeListener('upgrade', onUpgrade)
  }
}

module.exports = { admitUpgrade, guardUpgrade, principalOf }
