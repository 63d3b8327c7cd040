'use strict'

const { takeOut } = require('./lib/places.js')
const { answerOf } = require('./lib/refusal.js')

/**
 * Middleware that lets only those requests through that the gate allows. The principal is
 * `request.doorward`.
 */
function doorward(gate, { scheme, peer, stripCredential = false, onDecision } = {}) {
  return (request, response, next) => {
    // Express compares paths without case and decodes them: behind a path, another spelling of it might
    // reach the same handler without coming by here.
    if (request.baseUrl) {
      next(new TypeError('doorward: use(guard) without a path, before the routes'))
      return
    }
    const decision = gate.decide(request, { scheme, peer })
    onDecision?.(decision, request)
    if (decision.allowed) {
      takeOut(request, gate, decision.principal.place, stripCredential)
      request.doorward = decision.principal
      next()
    } else {
      const { status, headers, body } = answerOf(decision)
      response.writeHead(status, headers)
      response.end(body)
    }
  }
}

module.exports = { doorward }
