'use strict'

const assert = require('node:assert')
const test = require('node:test')
const { serve: serveHono } = require('@hono/node-server')
const { Hono } = require('hono')
const { decideRequest, refusal } = require('doorward/fetch')
const { HOST, PATIENCE, TOKEN, fetchRaw, gate, signed } = require('./support/http.js')

const timeout = PATIENCE * 2

async function serve(context, decide) {
  const app = new Hono()
  app.use(async (c, next) => {
    const decision = decide(c)
    if (!decision.allowed) return refusal(decision)
    c.set('principal', decision.principal)
    await next()
  })
  app.get('/who', (c) => c.json({ id: c.get('principal').id }))
  const server = await new Promise((resolve) => {
    const started = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(started),
    )
  })
  context.after(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  )
  return server.address().port
}

test('Hono, by the request of the fetch API', { timeout }, async (t) => {
  const port = await serve(t, (c) => decideRequest(c.req.raw, gate()))
  const good = await fetchRaw(port, '/who', ['Authorization', `Bearer ${signed()}`])
  assert.deepStrictEqual([good.status, good.body], [200, '{"id":"alice"}'])
  const none = await fetchRaw(port, '/who', [])
  assert.deepStrictEqual([none.status, none.body], [401, 'authentication required\n'])
  assert.strictEqual(none.headers['www-authenticate'], 'Bearer realm="doorward"')
  const twice = ['Authorization', `Bearer ${TOKEN}`, 'Authorization', `Bearer ${TOKEN}`]
  assert.strictEqual((await fetchRaw(port, '/who', twice)).status, 400, 'joined, it is malformed')
  const evil = ['Authorization', `Bearer ${TOKEN}`, 'Origin', 'https://evil.example']
  assert.strictEqual((await fetchRaw(port, '/who', evil)).status, 403)
})

test('Hono, by Node’s own request', { timeout }, async (t) => {
  const seen = []
  const port = await serve(t, (c) => {
    const decision = gate().decide(c.env.incoming)
    seen.push(decision.reason)
    return decision
  })
  const twice = ['Authorization', `Bearer ${TOKEN}`, 'Authorization', `Bearer ${TOKEN}`]
  assert.strictEqual((await fetchRaw(port, '/who', twice)).status, 400)
  assert.deepStrictEqual(seen, ['credential_duplicate'])
})

test('a Request as such', () => {
  const decide = (headers, url = `https://${HOST}/ws`, options = {}) =>
    decideRequest(new Request(url, { headers: { Host: HOST, ...headers } }), gate(), options)
  const authorization = `Bearer ${TOKEN}`
  assert.strictEqual(decide({ authorization }).principal.id, 'ci')
  assert.strictEqual(decide({}).reason, 'credential_missing')
  const headers = new Headers({ authorization })
  headers.append('authorization', authorization)
  assert.strictEqual(decide(Object.fromEntries(headers)).allowed, false)
  assert.throws(() => decideRequest({ url: '/', headers: {} }, gate()), TypeError)
})

test('the scheme of the URL does not count', () => {
  const same = gate({ origin: { mode: 'same-origin' } })
  const request = new Request(`https://${HOST}/`, {
    headers: { Host: HOST, Origin: `https://${HOST}`, Authorization: `Bearer ${TOKEN}` },
  })
  assert.strictEqual(decideRequest(request, same).reason, 'origin_not_allowed')
  assert.strictEqual(decideRequest(request, same, { scheme: 'https' }).allowed, true)
})
