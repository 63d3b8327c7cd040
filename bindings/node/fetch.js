'use strict'

const { answerOf } = require('./lib/refusal.js')

/**
 * Decides a request of the fetch API, as Hono and others have it.
 *
 * `Headers` joins the lines of a header, so that two `Authorization` lines are one malformed value: it
 * is refused, with another reason than two lines would be. Where Node's own request can be had, give
 * that to `gate.decide`.
 */
function decideRequest(request, gate, { scheme, peer, now } = {}) {
  if (typeof request?.headers?.get !== 'function' || typeof request.url !== 'string') {
    throw new TypeError('expected a Request')
  }
  return gate.decide(
    {
      method: request.method,
      url: targetOf(request.url),
      // The scheme of the URL may be the client's word.
      scheme: scheme ?? 'http',
      peer,
      headers: request.headers,
    },
    { now },
  )
}

/** Path and query: the authority was made from Host, which is among the headers. */
function targetOf(url) {
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** The response of a refusal. */
function refusal(decision) {
  const { status, headers, body } = answerOf(decision)
  return new Response(body, { status, headers })
}

module.exports = { decideRequest, refusal }
