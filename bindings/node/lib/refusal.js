'use strict'

const { STATUS_CODES } = require('node:http')
const { bodyOf } = require('./reasons.js')

/**
 * What a refused client gets: the status and the challenge of the reason's class, and one line, the
 * same for each reason of the class. Nothing else of the reason leaves the server.
 */
function answerOf({ code, status, challenge }) {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    // RFC 9111 §4.2.2: some statuses are cacheable by default; a refusal is of this moment.
    'cache-control': 'no-store',
  }
  if (challenge !== undefined) headers['www-authenticate'] = challenge
  return { status, headers, body: bodyOf(code) }
}

/** The same for a connection that no server writes to any more. */
function bytesOf(refused) {
  const { status, headers, body } = answerOf(refused)
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}

/** The refusal of a request that could not be decided: the reason 9999. */
const UNDECIDED = Object.freeze({ allowed: false, reason: 'internal', code: 9999, status: 500 })

module.exports = { UNDECIDED, answerOf, bytesOf }
