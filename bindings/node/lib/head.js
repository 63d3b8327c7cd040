'use strict'

// The head of a request, in whatever form a program has it: method, target, and every header line.

/** The parts of a request, and what is known of its connection. */
function read(request, options = {}) {
  if (request === null || typeof request !== 'object') {
    throw new TypeError('expected a request')
  }
  const { scheme, peer, url, now } = options
  const incoming = incomingOf(request)
  const given = incoming ?? request
  return {
    method: given.method ?? 'GET',
    url: url ?? given.url ?? '/',
    // What HTTP/2 calls a request's scheme is the client's word: only the socket knows.
    https: isHttps(scheme ?? (incoming ? schemeOf(incoming.socket) : request.scheme) ?? 'http'),
    peer: peer ?? (incoming ? incoming.socket?.remoteAddress : request.peer) ?? '',
    lines: incoming ? incoming.rawHeaders : linesOf(request.headers),
    now,
  }
}

/**
 * Node's own request where a framework's object holds one: its `headers` hide all but one of several
 * lines, its `rawHeaders` do not.
 */
function incomingOf(request) {
  for (const candidate of [request, request.raw, request.req]) {
    if (Array.isArray(candidate?.rawHeaders)) return candidate
  }
  return undefined
}

function schemeOf(socket) {
  return socket?.encrypted === true ? 'https' : 'http'
}

const SCHEMES = new Map([
  ['http', false],
  ['ws', false],
  ['https', true],
  ['wss', true],
])

function isHttps(scheme) {
  const https = SCHEMES.get(scheme)
  if (https === undefined) throw new TypeError('scheme must be http, https, ws or wss')
  return https
}

/** Names and values in turn. */
function linesOf(headers) {
  if (headers === null || typeof headers !== 'object') {
    throw new TypeError('expected headers: an array, an object or Headers')
  }
  if (Array.isArray(headers)) return Array.isArray(headers[0]) ? pairs(headers) : headers
  if (typeof headers[Symbol.iterator] === 'function') return pairs(headers)
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().flatMap((one) => [name, one]),
  )
}

function pairs(headers) {
  const lines = []
  for (const pair of headers) {
    if (pair.length !== 2) throw new TypeError('expected pairs of a name and a value')
    lines.push(pair[0], pair[1])
  }
  return lines
}

/** The parts as the native side takes them. */
function parts({ method, url, peer, lines }) {
  return [method, url, peer, ...lines]
}

module.exports = { incomingOf, isHttps, parts, read, schemeOf }
