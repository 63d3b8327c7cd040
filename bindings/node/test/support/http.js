'use strict'

// Real servers and clients on loopback, each with an end.

const http = require('node:http')
const net = require('node:net')
const { Gate, capability, jwt } = require('doorward')

/** Longer than anything here takes; a test that hangs fails. */
const PATIENCE = 10_000

const SECRET = 'a secret of the tests, which everybody knows, 64 bytes long.....'
const HOST = 'app.example.com'
const TOKEN = capability.generate()

/** A policy with both kinds of credential; `more` is added to it. */
function gate(more = {}) {
  return Gate.fromPolicy({
    host: { allow: [HOST] },
    origin: { mode: 'list', allow: ['https://page.example.com'] },
    capability: [{ id: 'ci', sha256: capability.digest(TOKEN), scopes: ['read'] }],
    jwt: { key: [{ algorithm: 'HS256', secret: SECRET }], audience: ['app'] },
    ...more,
  })
}

/** A token of alice's. */
function signed(claims = {}, options = {}) {
  return jwt.sign({ sub: 'alice', ...claims }, SECRET, {
    audience: 'app',
    expiresIn: 60,
    ...options,
  })
}

/** Starts a server on a free port, and closes it with its connections when the test ends. */
async function listen(context, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return server.address().port
}

/** One request. Headers are names and values in turn, sent as they are. */
function fetchRaw(port, path, headers, method = 'GET') {
  return new Promise((resolve, reject) => {
    const all = ['Host', HOST, ...headers]
    const request = http.request({ port, path, method, headers: all, agent: false })
    request.setTimeout(PATIENCE, () => request.destroy(new Error('no answer')))
    request.on('error', reject)
    request.on('response', async (response) => {
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      resolve({ status: response.statusCode, headers: response.headers, body })
    })
    request.end()
  })
}

/**
 * Sends bytes and gives all that comes back until the other end closes, or until enough is seen: an
 * upgrade that succeeded does not close.
 */
function sendRaw(port, bytes, enough = /^HTTP\/1.1 101/) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes))
    let seen = ''
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer')))
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      seen += chunk
      if (enough.test(seen)) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(seen))
  })
}

/** The bytes of a WebSocket's opening handshake (RFC 6455 §4.1). */
function handshake(lines, target = '/ws') {
  return [
    `GET ${target} HTTP/1.1`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
    '',
    '',
  ].join('\r\n')
}

module.exports = {
  HOST,
  PATIENCE,
  SECRET,
  TOKEN,
  fetchRaw,
  gate,
  handshake,
  listen,
  sendRaw,
  signed,
}
