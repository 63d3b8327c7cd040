'use strict'

const assert = require('node:assert')
const http = require('node:http')
const test = require('node:test')
const express = require('express')
const { doorward } = require('doorward/express')
const {
  HOST,
  PATIENCE,
  TOKEN,
  fetchRaw,
  gate,
  listen,
  sendRaw,
  signed,
} = require('./support/http.js')

const timeout = PATIENCE * 2

async function serve(context, theGate = gate(), options = {}) {
  const app = express()
  app.use(doorward(theGate, options))
  app.get('/admin', (request, response) => {
    const { doorward: principal, url, originalUrl, headers } = request
    response.json({ id: principal.id, url, originalUrl, headers })
  })
  app.use((error, _request, response, _next) => {
    response.status(500).send(error.message)
  })
  return listen(context, http.createServer(app))
}

test('a credential opens, none does not', { timeout }, async (t) => {
  const port = await serve(t)
  const good = await fetchRaw(port, '/admin', ['Authorization', `Bearer ${signed()}`])
  assert.deepStrictEqual([good.status, JSON.parse(good.body).id], [200, 'alice'])
  const none = await fetchRaw(port, '/admin', [])
  assert.deepStrictEqual([none.status, none.body], [401, 'authentication required\n'])
  assert.strictEqual(none.headers['www-authenticate'], 'Bearer realm="doorward"')
  assert.strictEqual(none.headers['cache-control'], 'no-store')
  const bad = await fetchRaw(port, '/admin', ['Authorization', `Bearer ${signed()}x`])
  assert.strictEqual(
    bad.headers['www-authenticate'],
    'Bearer realm="doorward", error="invalid_token"',
  )
})

test('no spelling of a path gets by', { timeout }, async (t) => {
  const port = await serve(t)
  const paths = [
    '/ADMIN',
    '/admin/',
    '//admin',
    '/%61dmin',
    '/admin%2f',
    '/./admin',
    '/admin?x',
    '/nothing',
    '*',
  ]
  for (const path of paths) {
    const answer = await sendRaw(
      port,
      `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1.1 401 /, path)
  }
  const answer = await sendRaw(
    port,
    `GET http://${HOST}/admin HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
  )
  assert.match(answer, /^HTTP\/1.1 401 /)
})

test('two lines of one header are seen', { timeout }, async (t) => {
  const port = await serve(t)
  const good = ['Authorization', `Bearer ${TOKEN}`]
  assert.strictEqual((await fetchRaw(port, '/admin', good)).status, 200)
  assert.strictEqual((await fetchRaw(port, '/admin', [...good, ...good])).status, 400)
})

test('under a path it does not guard, and says so', { timeout }, async (t) => {
  const app = express()
  app.use('/api', doorward(gate()))
  app.get('/api/x', (_, response) => response.send('reached'))
  app.use((error, _request, response, _next) => response.status(500).send(error.message))
  const port = await listen(t, http.createServer(app))
  const answer = await fetchRaw(port, '/api/x', ['Authorization', `Bearer ${TOKEN}`])
  assert.strictEqual(answer.status, 500)
  assert.match(answer.body, /without a path/)
})

test('stripCredential leaves no secret to the routes', { timeout }, async (t) => {
  const places = ['authorization', 'query:token']
  const theGate = gate({ credential: { places } })
  const port = await serve(t, theGate, { stripCredential: true })
  const answer = await fetchRaw(port, `/admin?token=${TOKEN}&a=1`, [])
  assert.strictEqual(answer.status, 200)
  const { url, originalUrl } = JSON.parse(answer.body)
  assert.deepStrictEqual([url, originalUrl], ['/admin?a=1', '/admin?a=1'])
  const header = await fetchRaw(port, '/admin', ['Authorization', `Bearer ${TOKEN}`])
  assert.strictEqual(header.status, 200)
  assert.ok(!header.body.includes(TOKEN))
})
