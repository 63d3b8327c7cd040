'use strict'

const assert = require('node:assert')
const { once } = require('node:events')
const http = require('node:http')
const net = require('node:net')
const test = require('node:test')
const { WebSocket, WebSocketServer } = require('ws')
const { admitUpgrade, guardUpgrade } = require('doorward/upgrade')
const {
  HOST,
  PATIENCE,
  TOKEN,
  gate,
  handshake,
  listen,
  sendRaw,
  signed,
} = require('./support/http.js')

const timeout = PATIENCE * 2

/** A server that tells each client who it is. */
async function serve(context, theGate, options, wssOptions = {}) {
  const server = http.createServer((_, response) => response.end('plain'))
  const wss = new WebSocketServer({ noServer: true, ...wssOptions })
  const seen = []
  guardUpgrade(server, wss, theGate, {
    onDecision: (decision) => seen.push(decision.reason ?? decision.principal.kind),
    ...options,
  })
  wss.on('connection', (socket, request, principal) => {
    socket.on('error', (error) => assert.fail(error))
    const { url, headers, rawHeaders } = request
    socket.send(JSON.stringify({ id: principal.id, url, headers, rawHeaders }))
  })
  context.after(() => {
    for (const client of wss.clients) client.terminate()
    wss.close()
  })
  return { port: await listen(context, server), seen }
}

/** Opens a WebSocket: the first message, or the status of the refusal. */
async function open(port, { headers = {}, protocols = [], path = '/ws' } = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    headers: { Host: HOST, ...headers },
    handshakeTimeout: PATIENCE,
  })
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_, response) => {
      resolve({ status: response.statusCode, headers: response.headers })
      response.resume()
      socket.terminate()
    })
    socket.on('error', reject)
    socket.on('message', (data) => {
      resolve({ status: 101, protocol: socket.protocol, ...JSON.parse(data) })
      socket.close()
    })
  })
}

test(
  'a client with a credential is let in, and the server knows who it is',
  {
    timeout,
  },
  async (t) => {
    const { port, seen } = await serve(t, gate())
    const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}` } })
    const alice = await open(port, bearer(signed()))
    assert.deepStrictEqual([alice.status, alice.id], [101, 'alice'])
    const ci = await open(port, bearer(TOKEN))
    assert.deepStrictEqual([ci.status, ci.id], [101, 'ci'])
    assert.deepStrictEqual(seen, ['token', 'capability'])
  },
)

test('a client without one gets the challenge and nothing is upgraded', { timeout }, async (t) => {
  const { port, seen } = await serve(t, gate())
  const refused = await open(port)
  assert.strictEqual(refused.status, 401)
  assert.strictEqual(refused.headers['www-authenticate'], 'Bearer realm="doorward"')
  assert.strictEqual(refused.headers.connection, 'close')
  assert.deepStrictEqual(seen, ['credential_missing'])
})

test('the bytes of a refusal, and the connection is closed behind them', { timeout }, async (t) => {
  const { port } = await serve(t, gate())
  const answer = await sendRaw(port, handshake([`Host: ${HOST}`, 'Origin: https://evil.example']))
  assert.strictEqual(
    answer,
    'HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain; charset=utf-8\r\n' +
      'cache-control: no-store\r\ncontent-length: 10\r\nconnection: close\r\n\r\nforbidden\n',
  )
})

test('two lines of one header are seen, which `headers` hides', { timeout }, async (t) => {
  const { port, seen } = await serve(t, gate())
  const good = `Authorization: Bearer ${TOKEN}`
  const cases = [
    [[`Host: ${HOST}`, good, 'Authorization: Bearer x'], 400, 'credential_duplicate'],
    [
      [`Host: ${HOST}`, good, 'Origin: https://page.example.com', 'Origin: null'],
      403,
      'origin_duplicate',
    ],
    [[`Host: ${HOST}`, good, 'Origin:'], 403, 'origin_malformed'],
    [['Host: rebound.example', good], 403, 'host_not_allowed'],
  ]
  for (const [lines, status, reason] of cases) {
    const answer = await sendRaw(port, handshake(lines))
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), reason)
    assert.strictEqual(seen.pop(), reason)
  }
  assert.match(await sendRaw(port, handshake([`Host: ${HOST}`, good])), /^HTTP\/1.1 101 /)
})

test(
  'a target of absolute form is a second Host where it names another',
  {
    timeout,
  },
  async (t) => {
    const { port, seen } = await serve(t, gate())
    const lines = [`Host: ${HOST}`, `Authorization: Bearer ${TOKEN}`]
    const same = await sendRaw(port, handshake(lines, `http://${HOST}/ws`))
    assert.match(same, /^HTTP\/1.1 101 /)
    const other = await sendRaw(port, handshake(lines, 'http://internal.example/ws'))
    assert.match(other, /^HTTP\/1.1 403 /)
    assert.deepStrictEqual(seen, ['capability', 'host_duplicate'])
  },
)

test('a secret subprotocol is never echoed', { timeout }, async (t) => {
  const places = gate({ credential: { places: ['subprotocol:bearer.'] } })
  const { port } = await serve(t, places)
  const secret = `bearer.${TOKEN}`
  for (const protocols of [
    [secret, 'chat'],
    ['chat', secret],
  ]) {
    const client = await open(port, { protocols })
    assert.deepStrictEqual([client.status, client.id, client.protocol], [101, 'ci', 'chat'])
    const { headers, rawHeaders } = client
    assert.ok(!JSON.stringify({ headers, rawHeaders }).includes(TOKEN), 'out of every view')
  }
  // Alone, there is nothing left to select; a client that is no browser goes on without.
  const lines = [`Host: ${HOST}`, `Sec-WebSocket-Protocol: ${secret}`]
  const alone = await sendRaw(port, handshake(lines))
  assert.match(alone, /^HTTP\/1.1 101 /)
  assert.doesNotMatch(alone, /sec-websocket-protocol/i)
  assert.ok(!alone.includes(TOKEN))
})

test(
  'with an empty prefix, offered protocols are the server’s unless one was the secret',
  {
    timeout,
  },
  async (t) => {
    const places = gate({
      credential: { places: ['authorization', 'subprotocol:'], first_present_wins: true },
    })
    const { port } = await serve(t, places)
    const client = await open(port, {
      protocols: ['chat'],
      headers: { Authorization: `Bearer ${TOKEN}` },
    })
    assert.deepStrictEqual([client.status, client.protocol], [101, 'chat'])
    const lines = [`Host: ${HOST}`, `Sec-WebSocket-Protocol: ${TOKEN}`]
    const alone = await sendRaw(port, handshake(lines))
    assert.match(alone, /^HTTP\/1.1 101 /)
    assert.ok(!alone.includes(TOKEN))
  },
)

test('stripCredential takes the secret out of URL, cookies and headers', { timeout }, async (t) => {
  const places = ['authorization', 'query:token', 'cookie:session', 'header:X-Token']
  const theGate = gate({ credential: { places } })
  const { port } = await serve(t, theGate, { stripCredential: true })
  const forms = [
    { path: `/ws?a=1&token=${TOKEN}&b=2` },
    { headers: { Cookie: `a=1; session=${TOKEN}; b=2`, 'Sec-Fetch-Site': 'same-origin' } },
    { headers: { 'X-Token': TOKEN } },
    { headers: { Authorization: `Bearer ${TOKEN}` } },
  ]
  for (const form of forms) {
    const client = await open(port, form)
    assert.deepStrictEqual([client.status, client.id], [101, 'ci'])
    const { url, headers, rawHeaders } = client
    assert.ok(!JSON.stringify({ url, headers, rawHeaders }).includes(TOKEN))
    if (form.path) assert.strictEqual(url, '/ws?a=1&b=2')
    if (form.headers?.Cookie) assert.strictEqual(headers.cookie, 'a=1; b=2')
  }
})

test('a client that resets the connection does not end the process', { timeout }, async (t) => {
  const { port, seen } = await serve(t, gate())
  for (let n = 0; n < 20; n += 1) {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(handshake([`Host: ${HOST}`]))
    socket.resetAndDestroy()
  }
  assert.strictEqual((await open(port)).status, 401)
  assert.ok(seen.length >= 1)
})

test('what cannot be decided is refused, and told', { timeout }, async (t) => {
  const errors = []
  const broken = {
    places: [],
    decide() {
      throw new Error('broken')
    },
  }
  const { port, seen } = await serve(t, broken, { onError: (error) => errors.push(error.message) })
  const answer = await sendRaw(port, handshake([`Host: ${HOST}`, `Authorization: Bearer ${TOKEN}`]))
  assert.match(answer, /^HTTP\/1.1 500 Internal Server Error\r\n.*internal error\n$/s)
  assert.deepStrictEqual([errors, seen], [['broken'], ['internal']])
})

test('a WebSocketServer that would upgrade by itself is refused', (t) => {
  const server = http.createServer()
  const wss = new WebSocketServer({ server })
  t.after(() => wss.close())
  assert.throws(() => guardUpgrade(server, wss, gate()), TypeError)
})

test('a wrong frame ends its connection and not the process', { timeout }, async (t) => {
  const server = http.createServer()
  const wss = new WebSocketServer({ noServer: true })
  // Nobody here listens for an error; of a frame without a mask `ws` makes one.
  guardUpgrade(server, wss, gate())
  const client = net.connect(await listen(t, server), '127.0.0.1')
  t.after(() => client.destroy())
  client.write(handshake([`Host: ${HOST}`, `Authorization: Bearer ${TOKEN}`]))
  const [head] = await once(client, 'data')
  assert.match(head.toString('latin1'), /^HTTP\/1.1 101 /)
  client.write(Buffer.from([0x81, 0x01, 0x61]))
  const [frame] = await once(client, 'data')
  assert.deepStrictEqual(frame, Buffer.from([0x88, 0x02, 1002 >> 8, 1002 & 0xff]))
})

test('the guard can be taken away, and admitUpgrade stands alone', { timeout }, async (t) => {
  const server = http.createServer()
  const wss = new WebSocketServer({ noServer: true })
  const remove = guardUpgrade(server, wss, gate())
  assert.strictEqual(server.listenerCount('upgrade'), 1)
  remove()
  assert.strictEqual(server.listenerCount('upgrade'), 0)
  server.on('upgrade', (request, socket) => {
    const decision = admitUpgrade(request, socket, gate())
    if (decision.allowed) socket.end(`HTTP/1.1 200 OK\r\n\r\n${decision.principal.id}`)
  })
  const port = await listen(t, server)
  const lines = [`Host: ${HOST}`, `Authorization: Bearer ${TOKEN}`]
  assert.match(await sendRaw(port, handshake(lines)), /ci$/)
  assert.match(await sendRaw(port, handshake([`Host: ${HOST}`])), /^HTTP\/1.1 401 /)
})
