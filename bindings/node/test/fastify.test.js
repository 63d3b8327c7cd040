'use strict'

const assert = require('node:assert')
const test = require('node:test')
const fastify = require('fastify')
const websocket = require('@fastify/websocket')
const { doorward } = require('doorward/fastify')
const {
  HOST,
  PATIENCE,
  TOKEN,
  fetchRaw,
  gate,
  handshake,
  sendRaw,
  signed,
} = require('./support/http.js')

const timeout = PATIENCE * 2

async function serve(context, theGate = gate()) {
  const app = fastify({ forceCloseConnections: true })
  const seen = []
  await app.register(doorward, {
    gate: theGate,
    onDecision: (decision) => seen.push(decision.reason ?? decision.principal.kind),
  })
  await app.register(websocket)
  app.get('/who', async (request) => ({ id: request.doorward.id }))
  await app.register(async (scope) => {
    scope.get('/inner', async (request) => ({ id: request.doorward.id }))
    scope.get('/ws', { websocket: true }, (socket, request) => {
      socket.send(request.doorward.id)
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  context.after(() => app.close())
  return { port: app.server.address().port, seen }
}

test('HTTP: a credential opens every scope, none opens nothing', { timeout }, async (t) => {
  const { port } = await serve(t)
  for (const path of ['/who', '/inner']) {
    const good = await fetchRaw(port, path, ['Authorization', `Bearer ${signed()}`])
    assert.deepStrictEqual([good.status, JSON.parse(good.body).id], [200, 'alice'])
    const none = await fetchRaw(port, path, [])
    assert.deepStrictEqual([none.status, none.body], [401, 'authentication required\n'])
    assert.strictEqual(none.headers['www-authenticate'], 'Bearer realm="doorward"')
  }
  for (const path of ['/nothing', '/WHO', '//who', '/%77ho']) {
    assert.strictEqual((await fetchRaw(port, path, [])).status, 401, path)
  }
})

test('two lines of one header are seen', { timeout }, async (t) => {
  const { port, seen } = await serve(t)
  const good = ['Authorization', `Bearer ${TOKEN}`]
  assert.strictEqual((await fetchRaw(port, '/who', [...good, ...good])).status, 400)
  assert.deepStrictEqual(seen, ['credential_duplicate'])
})

test(
  'WebSocket: refused before the upgrade, and the secret protocol is not echoed',
  {
    timeout,
  },
  async (t) => {
    const places = ['authorization', 'subprotocol:bearer.']
    const { port, seen } = await serve(t, gate({ credential: { places } }))
    const host = `Host: ${HOST}`
    assert.match(await sendRaw(port, handshake([host])), /^HTTP\/1.1 401 /)
    const evil = [host, 'Origin: https://evil.example', `Authorization: Bearer ${TOKEN}`]
    assert.match(await sendRaw(port, handshake(evil)), /^HTTP\/1.1 403 /)
    assert.match(
      await sendRaw(port, handshake([host, `Authorization: Bearer ${TOKEN}`])),
      /^HTTP\/1.1 101 /,
    )
    const answer = await sendRaw(
      port,
      handshake([host, `Sec-WebSocket-Protocol: bearer.${TOKEN}, chat`]),
    )
    assert.match(answer, /^HTTP\/1.1 101 .*sec-websocket-protocol: chat/is)
    assert.ok(!answer.includes(TOKEN))
    assert.deepStrictEqual(seen, [
      'credential_missing',
      'origin_not_allowed',
      'capability',
      'capability',
    ])
  },
)

test('without a gate it does not start', { timeout }, async () => {
  const app = fastify()
  app.register(doorward, {})
  await assert.rejects(async () => await app.ready(), TypeError)
})

test(
  'stripCredential takes the credential out of the query that Fastify has read',
  { timeout },
  async (t) => {
    const app = fastify({ forceCloseConnections: true })
    const rules = gate({ credential: { places: ['query:token'] } })
    await app.register(doorward, { gate: rules, stripCredential: true })
    app.get('/who', async (request) => ({ url: request.raw.url, query: request.query }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    t.after(() => app.close())
    const answer = await fetchRaw(app.server.address().port, `/who?token=${TOKEN}&a=1`, [])
    assert.strictEqual(answer.status, 200)
    assert.deepStrictEqual(JSON.parse(answer.body), { url: '/who?a=1', query: { a: '1' } })
  },
)
