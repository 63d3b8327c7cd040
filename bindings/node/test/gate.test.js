'use strict'

const assert = require('node:assert')
const fs = require('node:fs')
const http = require('node:http')
const http2 = require('node:http2')
const { once } = require('node:events')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { inspect } = require('node:util')
const {
  UsageError,
  Gate,
  PolicyError,
  Tickets,
  capability,
  origin,
  reasons,
  version,
} = require('doorward')
const { HOST, PATIENCE, TOKEN, gate, listen, signed } = require('./support/http.js')

const AUTHORIZATION = ['Authorization', `Bearer ${TOKEN}`]

test('headers of every form are the same request', () => {
  const theGate = gate()
  const forms = [
    [['Host', HOST], AUTHORIZATION],
    ['Host', HOST, ...AUTHORIZATION],
    [
      [Buffer.from('host'), Buffer.from(HOST)],
      [Buffer.from('authorization'), Buffer.from(`Bearer ${TOKEN}`)],
    ],
    { host: HOST, authorization: `Bearer ${TOKEN}`, origin: undefined },
    { Host: [HOST], authorization: [`Bearer ${TOKEN}`] },
    new Headers({ host: HOST, authorization: `Bearer ${TOKEN}` }),
    new Map([['host', HOST], AUTHORIZATION]),
  ]
  for (const headers of forms) {
    const decision = theGate.decide({ headers })
    assert.strictEqual(decision.allowed, true, inspect(headers))
    assert.strictEqual(decision.principal.id, 'ci')
  }
  const rawHeaders = forms[1]
  for (const request of [
    { method: 'GET', url: '/', rawHeaders },
    { raw: { method: 'GET', url: '/', rawHeaders }, headers: {} },
    { req: { method: 'GET', url: '/', rawHeaders }, headers: {} },
  ]) {
    assert.strictEqual(theGate.decide(request).principal.id, 'ci')
  }
})

test('several values of an object are several lines', () => {
  const headers = { host: HOST, authorization: [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`] }
  assert.strictEqual(gate().decide({ headers }).reason, 'credential_duplicate')
})

test('bytes of the wire are bytes again, and nothing beyond them is narrowed', () => {
  const decide = (name, value) =>
    gate().decide({
      method: 'GET',
      url: '/',
      rawHeaders: ['Host', HOST, ...AUTHORIZATION, name, value],
    })
  // 0xE9 in a header that nothing judges.
  assert.strictEqual(decide('User-Agent', 'caf\u00e9').allowed, true)
  assert.strictEqual(decide('User-Agent', '\ud83d ť 😀 \u00ff').allowed, true)
  // U+0168 U+0174 …: the low bytes are "http".
  const narrowed = [...'https://page.example.com'].map((it) =>
    String.fromCharCode(it.charCodeAt(0) | 0x100),
  )
  for (const value of [
    'https://page.example.co\u016d',
    narrowed.join(''),
    'https://page.example.com\u00e9',
  ]) {
    assert.strictEqual(decide('Origin', value).reason, 'origin_malformed')
  }
  assert.strictEqual(decide('Origin', 'https://page.example.com').allowed, true)
  const name = 'Origi\u016e'
  assert.strictEqual(decide(name, 'https://evil.example').allowed, true, 'it is no Origin')
  const token = `Bearer ${String.fromCharCode(TOKEN.charCodeAt(0) | 0x100)}${TOKEN.slice(1)}`
  const rawHeaders = ['Host', HOST, 'Authorization', token]
  assert.strictEqual(
    gate().decide({ method: 'GET', url: '/', rawHeaders }).reason,
    'credential_malformed',
  )
})

test('a zero character moves no boundary between headers', () => {
  const theGate = gate()
  const evil = `x\0Authorization\0Bearer ${TOKEN}`
  for (const rawHeaders of [
    ['Host', HOST, 'X-A', evil],
    ['Host', `${HOST}\0Authorization`, `Bearer ${TOKEN}`, 'x'],
    [`Host\0${HOST}\0Authorization\0Bearer ${TOKEN}\0x`, 'y'],
  ]) {
    for (const request of [
      { method: 'GET', url: '/', rawHeaders },
      { method: 'GET', url: '/', headers: rawHeaders },
      { method: `GET\0/\0\0Host\0${HOST}\0Authorization\0Bearer ${TOKEN}`, url: '/', rawHeaders },
      { method: 'GET', url: `/\0\0Authorization\0Bearer ${TOKEN}`, rawHeaders },
    ]) {
      assert.strictEqual(theGate.decide(request).allowed, false)
    }
  }
})

test('too many lines and too many bytes are refused, not read', () => {
  const theGate = gate()
  const many = Array.from({ length: 129 }, (_, n) => [`X-${n}`, 'x']).flat()
  const request = (rawHeaders) => ({ method: 'GET', url: '/', rawHeaders })
  const whole = ['Host', HOST, ...AUTHORIZATION]
  assert.strictEqual(theGate.decide(request([...whole, ...many.slice(0, 252)])).allowed, true)
  assert.strictEqual(theGate.decide(request([...whole, ...many])).reason, 'request_too_large')
  assert.strictEqual(theGate.decide({ headers: [...whole, ...many] }).reason, 'request_too_large')
  const huge = ['X-Huge', 'x'.repeat(3 << 20)]
  assert.strictEqual(theGate.decide(request([...whole, ...huge])).reason, 'request_too_large')
  assert.strictEqual(theGate.decide({ headers: [...whole, ...huge] }).reason, 'request_too_large')
  assert.strictEqual(theGate.explain({ headers: [...whole, ...huge] }).reason, 'request_too_large')
  assert.strictEqual(theGate.decide(request(whole)).allowed, true)
})

test('the peer: IPv4 inside IPv6, a zone, none, and what is none', () => {
  const theGate = Gate.fromPolicy({
    host: { allow: [HOST], trusted_proxies: ['192.0.2.1', 'fe80::/10'] },
    capability: [{ id: 'ci', sha256: capability.digest(TOKEN) }],
  })
  const decide = (peer) => {
    const rawHeaders = ['Host', 'inner', 'X-Forwarded-Host', HOST, ...AUTHORIZATION]
    const socket = { remoteAddress: peer }
    const decision = theGate.decide({ method: 'GET', url: '/', rawHeaders, socket })
    assert.strictEqual(theGate.decide({ peer, headers: rawHeaders }).allowed, decision.allowed)
    return decision.allowed
  }
  assert.deepStrictEqual(
    ['192.0.2.1', '::ffff:192.0.2.1', 'fe80::1%eth0', '192.0.2.2', undefined].map(decide),
    [true, true, true, false, false],
  )
  assert.throws(() => theGate.decide({ headers: [], peer: 'nobody' }), TypeError)
})

test('the scheme is the socket’s, or what the server says', () => {
  const theGate = gate({ origin: { mode: 'same-origin' } })
  const rawHeaders = ['Host', HOST, ...AUTHORIZATION, 'Origin', `https://${HOST}`]
  const request = (socket) => ({ method: 'GET', url: '/', rawHeaders, socket, scheme: 'https' })
  assert.strictEqual(theGate.decide(request({})).reason, 'origin_not_allowed')
  assert.strictEqual(theGate.decide(request({ encrypted: true })).allowed, true)
  assert.strictEqual(theGate.decide(request({}), { scheme: 'wss' }).allowed, true)
  assert.strictEqual(theGate.decide({ headers: rawHeaders, scheme: 'https' }).allowed, true)
  assert.throws(() => theGate.decide(request({}), { scheme: 'HTTPS' }), TypeError)
})

test('what is no request is wrong usage', () => {
  const theGate = gate()
  const wrong = [
    undefined,
    null,
    'GET / HTTP/1.1',
    {},
    { headers: null },
    { headers: 'Host: x' },
    { headers: [['Host', 1]] },
    { headers: [['Host', HOST, 'x']] },
    { headers: ['Host'] },
    { headers: { host: 1 } },
    { headers: [], url: 1 },
    { headers: [], scheme: 'ftp' },
    { rawHeaders: ['Host'] },
    { rawHeaders: ['Host', 1] },
  ]
  for (const request of wrong) {
    assert.throws(() => theGate.decide(request), TypeError, inspect(request))
  }
})

test(
  'HTTP/2: the authority is the Host, and the client’s word on the scheme is none',
  {
    timeout: PATIENCE,
  },
  async (t) => {
    const theGate = gate({ origin: { mode: 'same-origin' } })
    const server = http2.createServer()
    const seen = []
    server.on('request', (request, response) => {
      const decision = theGate.decide(request)
      seen.push(decision.reason ?? decision.principal.id)
      response.end()
    })
    const port = await listen(t, server)
    const client = http2.connect(`http://127.0.0.1:${port}`)
    t.after(() => client.destroy())
    const ask = async (headers) => {
      const stream = client.request({ ':path': '/', authorization: `Bearer ${TOKEN}`, ...headers })
      stream.resume()
      await once(stream, 'end')
    }
    await ask({ ':authority': HOST })
    await ask({ ':authority': 'rebound.example' })
    await ask({ ':authority': HOST, host: 'rebound.example' })
    await ask({ ':authority': HOST, ':scheme': 'https', origin: `https://${HOST}` })
    await ask({ ':authority': HOST, origin: `http://${HOST}` })
    assert.deepStrictEqual(seen, [
      'ci',
      'host_not_allowed',
      'host_duplicate',
      'origin_not_allowed',
      'ci',
    ])
  },
)

test('a principal tells who, and what it carries', () => {
  const theGate = gate({ scope: { claim: 'scp' } })
  const headers = (token) => ({ headers: { host: HOST, authorization: `Bearer ${token}` } })
  const sub = 'al"i\\ce\n\0\u{1f600}é'
  const { principal } = theGate.decide(headers(signed({ sub, scp: ['a', 'b'], n: 1 })))
  assert.strictEqual(principal.kind, 'token')
  assert.strictEqual(principal.id, sub)
  assert.strictEqual(principal.place, 'authorization')
  assert.strictEqual(principal.keyId, undefined)
  assert.strictEqual(principal.expires, principal.claims.exp)
  assert.strictEqual(principal.claims.get('n'), 1)
  assert.deepStrictEqual(
    ['a', 'b', 'c'].map((it) => principal.hasScope(it)),
    [true, true, false],
  )
  assert.strictEqual(JSON.parse(JSON.stringify(principal)).claims.sub, sub)
  assert.strictEqual(inspect(principal), "Principal { kind: 'token', place: 'authorization' }")

  const ci = theGate.decide(headers(TOKEN)).principal
  assert.deepStrictEqual(ci.toJSON(), {
    kind: 'capability',
    id: 'ci',
    place: 'authorization',
    keyId: undefined,
    expires: undefined,
    scopes: ['read'],
    claims: undefined,
  })
  assert.deepStrictEqual([ci.hasScope('read'), ci.hasScope('write')], [true, false])

  const anybody = Gate.fromPolicy({ credential: { anonymous: true } }).decide(
    headers('x').headers && { headers: { host: HOST } },
  )
  assert.strictEqual(anybody.principal.kind, 'anonymous')
  assert.strictEqual(anybody.principal.id, undefined)
  assert.strictEqual(anybody.principal.hasScope('read'), false)
})

test('a refusal tells reason, number, status and challenge, and can be explained', () => {
  const refused = gate({ scope: { require: ['write'] } }).decide({
    headers: { host: HOST, authorization: `Bearer ${TOKEN}` },
  })
  assert.strictEqual(refused.reason, 'scope_insufficient')
  assert.strictEqual(refused.code, 6001)
  assert.strictEqual(refused.status, 403)
  assert.strictEqual(
    refused.challenge,
    'Bearer realm="doorward", error="insufficient_scope", scope="write"',
  )
  const { reason, steps, text } = refused.explain()
  assert.strictEqual(reason, 'scope_insufficient')
  assert.deepStrictEqual(steps.map((step) => step.stage).slice(0, 3), ['request', 'host', 'origin'])
  assert.match(text, /deny 6001 scope_insufficient/)
  assert.ok(
    !inspect({ refused, reason, steps, text }, { depth: 9, showHidden: true }).includes(TOKEN),
  )
})

test('a policy that is not in order says where', () => {
  const cases = [
    ['[origin]\nmode = "lax"', 'origin.mode', 2],
    ['{"jwt": {"key": [{"algorithm": "HS256", "secret": "short"}]}}', 'jwt.key[0].secret', 1],
    ['nonsense', '', 1],
  ]
  for (const [text, where, line] of cases) {
    assert.throws(
      () => Gate.fromPolicy(text),
      (error) => error instanceof PolicyError && error.path === where && error.line === line,
      text,
    )
  }
  assert.throws(() => Gate.fromPolicy({ orgin: {} }), PolicyError)
  assert.throws(() => Gate.fromPolicy(undefined), TypeError)
  // JSON would leave these out, and the check with them.
  assert.throws(() => Gate.fromPolicy({ host: { allow: process.env.NO_SUCH } }), TypeError)
  assert.throws(() => Gate.fromPolicy({ host: { allow: [undefined] } }), TypeError)
  assert.throws(() => Gate.fromPolicy({ host: { allow: () => [] } }), TypeError)
  assert.throws(() => Gate.fromPolicy({ host: { allow: null } }), PolicyError)
  assert.throws(() => Gate.open('/nowhere/policy.toml'), PolicyError)
})

test('a file, its warnings, and a reload that changes all or nothing', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorward-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'policy.toml')
  fs.writeFileSync(path.join(folder, 'ci.token'), `${TOKEN}\n`, { mode: 0o644 })
  const write = (host) =>
    fs.writeFileSync(
      file,
      `[host]\nallow = ["${host}"]\n[[capability]]\nid = "ci"\ntoken_file = "ci.token"\n`,
    )
  write(HOST)
  const theGate = Gate.open(file)
  assert.deepStrictEqual(
    theGate.warnings.map((it) => it.path),
    ['capability[0].token_file'],
  )
  const decide = () => theGate.decide({ headers: ['Host', HOST, ...AUTHORIZATION] }).reason
  assert.strictEqual(decide(), undefined)
  write('other.example')
  assert.strictEqual(decide(), undefined)
  theGate.reload()
  assert.strictEqual(decide(), 'host_not_allowed')
  fs.writeFileSync(file, '[host]\nallow = 1\n')
  assert.throws(
    () => theGate.reload(),
    (error) => error instanceof PolicyError && error.line === 2 && error.file === file,
  )
  assert.strictEqual(decide(), 'host_not_allowed')
})

test('a reload brings new places and new proxies', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorward-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'policy.json')
  const policy = {
    capability: [{ id: 'ci', sha256: capability.digest(TOKEN) }],
    host: { allow: [HOST] },
  }
  fs.writeFileSync(file, JSON.stringify(policy))
  const theGate = Gate.open(file)
  const request = {
    method: 'GET',
    url: '/',
    rawHeaders: ['Host', 'inner', 'X-Forwarded-Host', HOST, ...AUTHORIZATION],
    socket: { remoteAddress: '192.0.2.1' },
  }
  assert.strictEqual(theGate.decide(request).reason, 'host_not_allowed')
  policy.host.trusted_proxies = ['192.0.2.1']
  policy.credential = { places: ['authorization', 'cookie:s'] }
  fs.writeFileSync(file, JSON.stringify(policy))
  theGate.reload()
  assert.strictEqual(theGate.decide(request).allowed, true)
  assert.deepStrictEqual(theGate.places, ['authorization', 'cookie:s'])
})

test('a listener is judged before it is opened', () => {
  assert.strictEqual(gate().startupCheck('0.0.0.0:8080'), 'ok')
  const open = Gate.fromPolicy({ credential: { anonymous: true } })
  assert.strictEqual(open.startupCheck('127.0.0.1:8080'), 'ok')
  assert.throws(
    () => open.startupCheck('0.0.0.0:8080'),
    (error) => error instanceof UsageError && error.reason === 'startup_unprotected',
  )
  assert.throws(() => open.startupCheck('not an address'), TypeError)
})

test('capability tokens', () => {
  assert.match(capability.generate(), /^[\w-]{43}$/)
  assert.match(capability.generate('hex'), /^[0-9a-f]{64}$/)
  assert.match(capability.generate('letters62'), /^[0-9A-Za-z]{43}$/)
  assert.notStrictEqual(capability.generate(), capability.generate())
  assert.throws(() => capability.generate('guid'), TypeError)
  const stored = capability.digest('abc')
  // FIPS 180-4, the first example.
  assert.strictEqual(stored, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  assert.deepStrictEqual(
    [capability.matches('abc', stored), capability.matches('abd', stored)],
    [true, false],
  )
  assert.strictEqual(capability.find('abc', [capability.digest('x'), stored]), 1)
  assert.strictEqual(capability.find('abc', []), undefined)
  for (const wrong of ['', `${stored}00`, stored.slice(1), `${stored}é`, 'g'.repeat(64)]) {
    assert.throws(() => capability.matches('abc', wrong), TypeError)
  }
})

test('origins', () => {
  assert.strictEqual(origin.fault('https://a.example'), undefined)
  assert.strictEqual(origin.fault('https://a.example/'), 'origin_malformed')
  assert.strictEqual(origin.fault('null'), 'origin_null')
  assert.strictEqual(origin.normalise('HTTPS://A.example:443/'), 'https://a.example')
  assert.throws(() => origin.normalise('*'), UsageError)
  const check = origin.createCheck({ mode: 'same-origin' })
  const page = { host: 'a.example', origin: 'https://a.example' }
  assert.strictEqual(check({ ...page, scheme: 'https' }).allowed, true)
  assert.strictEqual(check(page).reason, 'origin_not_allowed')
  assert.strictEqual(check({ host: 'a.example' }).allowed, true)
  assert.strictEqual(check({ ...page, scheme: 'https', origin: '' }).reason, 'origin_malformed')
})

test('tickets open once', () => {
  const now = 1_700_000_000
  const tickets = new Tickets({ capacity: 2, ttl: 10 })
  const ticket = tickets.issue('alice ünd', { now })
  assert.deepStrictEqual(tickets.redeem(ticket, { now }), { allowed: true, payload: 'alice ünd' })
  assert.strictEqual(tickets.redeem(ticket, { now }).reason, 'token_already_used')
  assert.strictEqual(tickets.redeem('unknown', { now }).reason, 'capability_unknown')
  const late = tickets.issue('', { now })
  assert.strictEqual(tickets.redeem(late, { now: now + 11 }).reason, 'token_expired')
  assert.throws(
    () => tickets.issue('', { now }),
    (error) => error.reason === 'store_unavailable' && error.status === 503,
  )
  assert.ok(tickets.issue('', { now: now + 11 }))
  assert.throws(() => new Tickets({ ttl: 1 }).issue('x'.repeat(65)), UsageError)
  for (const capacity of [0, -1, 1.5, 65_537, 2 ** 32 + 2, '2', NaN]) {
    assert.throws(() => new Tickets({ ttl: 1, capacity }), TypeError, String(capacity))
  }
  for (const ttl of [1.5, -1, 2 ** 32 + 1, undefined]) {
    assert.throws(() => new Tickets({ ttl }), TypeError, String(ttl))
  }
  const one = new Tickets({ ttl: 1, capacity: 1 })
  const only = one.issue('a', { now })
  assert.throws(() => one.issue('b', { now }), { reason: 'store_unavailable' })
  assert.strictEqual(one.redeem(only, { now }).payload, 'a')
  const many = new Tickets({ ttl: 10, capacity: 1000 })
  const all = Array.from({ length: 1000 }, (_, n) => many.issue(`${n}`, { now }))
  assert.throws(() => many.issue('', { now }), { reason: 'store_unavailable' })
  for (const [n, token] of all.entries()) {
    assert.strictEqual(many.redeem(token, { now }).payload, `${n}`)
  }
  const live = new Tickets({ ttl: 30 })
  assert.strictEqual(live.redeem(live.issue('now')).payload, 'now')
})

test('the table of reasons is that of the vectors', () => {
  const { reasons: rows } = require('../../../tests/vectors/reasons.json')
  assert.deepStrictEqual(JSON.parse(JSON.stringify(reasons)), rows)
  assert.match(version, /^\d+\.\d+\.\d+$/)
})

test('both kinds of module are one', async () => {
  const esm = await import('doorward')
  assert.strictEqual(esm.Gate, Gate)
  for (const name of ['', '/upgrade', '/express', '/fastify', '/fetch', '/primitive']) {
    const [required, imported] = [require(`doorward${name}`), await import(`doorward${name}`)]
    assert.deepStrictEqual(Object.keys(imported).sort(), Object.keys(required).sort())
  }
})

test('a real request on a real socket', { timeout: PATIENCE }, async (t) => {
  const theGate = gate()
  const server = http.createServer((request, response) => {
    response.end(theGate.decide(request).reason ?? 'allowed')
  })
  const port = await listen(t, server)
  const ask = async (headers) => {
    const answer = await new Promise((resolve) => {
      http.get({ port, headers, agent: false }, resolve)
    })
    return (await answer.toArray()).join('')
  }
  assert.strictEqual(await ask(['Host', HOST, ...AUTHORIZATION]), 'allowed')
  assert.strictEqual(await ask(['Host', 'other', ...AUTHORIZATION]), 'host_not_allowed')
})
