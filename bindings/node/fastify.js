'use strict'

const { takeOut } = require('./lib/places.js')
const { answerOf } = require('./lib/refusal.js')

/**
 * A plugin that lets only those requests through that the gate allows, WebSocket upgrades included. The
 * principal is `request.doorward`.
 */
function doorward(fastify, { gate, scheme, peer, stripCredential = false, onDecision }, done) {
  if (typeof gate?.decide !== 'function') {
    done(new TypeError('doorward: register(doorward, { gate })'))
    return
  }
  fastify.decorateRequest('doorward', null)
  fastify.addHook('onRequest', (request, reply, next) => {
    const decision = gate.decide(request.raw, { scheme, peer })
    onDecision?.(decision, request)
    if (decision.allowed) {
      takeOut(request.raw, gate, decision.principal.place, stripCredential)
      if (stripCredential) takeOutOfQuery(request, gate.places)
      request.doorward = decision.principal
      next()
    } else {
      const { status, headers, body } = answerOf(decision)
      if (request.raw.headers.upgrade !== undefined) closeBehind(reply, request.raw.socket)
      reply.code(status).headers(headers).send(body)
    }
  })
  done()
}

/** Fastify has read the query before the first hook runs. */
function takeOutOfQuery({ query }, places) {
  for (const place of places) {
    if (place.startsWith('query:') && query) delete query[place.slice('query:'.length)]
  }
}

/** A connection that asked for an upgrade is no server's any more: nobody else closes it. */
function closeBehind(reply, socket) {
  reply.header('connection', 'close')
  reply.raw.once('finish', () => socket.end())
}

// What fastify-plugin would set: the hook is the whole application's, not that of a scope of its own.
doorward[Symbol.for('skip-override')] = true
doorward[Symbol.for('fastify.display-name')] = 'doorward'
doorward[Symbol.for('plugin-meta')] = { name: 'doorward', fastify: '>=4' }

module.exports = { doorward }
