'use strict'

// Two ways lead through the binding: that of the picked parts and that of the whole request. Whatever a
// request looks like, they decide the same.

const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { inspect, isDeepStrictEqual } = require('node:util')
const { Gate, capability, jwt } = require('doorward')
const head = require('../lib/head.js')
const { Picker } = require('../lib/picker.js')
const { HOST, SECRET, TOKEN } = require('./support/http.js')

const NOW = 1_700_000_000
const SIGNED = jwt.sign({ sub: 'al"ice', exp: NOW + 60 }, SECRET, { noTimestamp: true })
const PLACES = [
  ['authorization'],
  ['cookie:s'],
  ['query:t'],
  ['header:X-API-key'],
  ['subprotocol:key.'],
  ['authorization', 'cookie:s', 'query:t', 'header:1-k', 'subprotocol:key.'],
]

function policy(places, more) {
  return {
    host: { allow: [HOST] },
    origin: { mode: 'same-origin-or-list', allow: ['https://page.example.com'] },
    credential: { places },
    capability: [{ id: 'ci', sha256: capability.digest(TOKEN), scopes: ['read'] }],
    jwt: { key: [{ id: 'k', algorithm: 'HS256', secret: SECRET }], ignore_kid: true },
    ...more,
  }
}

const gates = PLACES.flatMap((places) =>
  [
    {},
    { host: { allow: [HOST], trusted_proxies: ['192.0.2.0/24'] } },
    { host: { unchecked: true }, origin: { mode: 'off' } },
  ].map((more) => Gate.fromPolicy(policy(places, more))),
)

/** Names, each with values that go with it. */
const LINES = [
  ['Host', HOST, HOST, HOST, 'other.example', `${HOST}:443`, ''],
  ['Origin', `https://${HOST}`, 'https://page.example.com', 'https://evil.example', 'null', ''],
  [
    'Authorization',
    `Bearer ${TOKEN}`,
    `Bearer ${SIGNED}`,
    `bearer  ${SIGNED}`,
    'Bearer a',
    'Basic eDp5',
    '',
  ],
  ['Sec-Fetch-Site', 'same-origin', 'cross-site', 'none'],
  ['Cookie', `s=${TOKEN}`, `a=b; s=${SIGNED}`, 'a=b', `s=${'a'.repeat(17_000)}`],
  ['X-API-Key', TOKEN, SIGNED, ''],
  ['1-K', TOKEN],
  ['Sec-WebSocket-Protocol', `v1, key.${TOKEN}`, 'v1', `key.${SIGNED}`],
  ['X-Forwarded-Host', HOST, 'other.example', 'x'.repeat(3000)],
  ['X-Forwarded-Proto', 'https', 'wss', 'ftp'],
  ['Forwarded', `for=192.0.2.9;host=${HOST};proto=https`, 'for=x'],
  [':authority', HOST, 'other.example'],
  [':Authority', 'other.example'],
  [':path', '/'],
  ['Connection', 'Upgrade'],
  ['User-Agent', 'caf\u00e9', 'a\0b', 'x'.repeat(70_000)],
  // Same length and same letter as one that is read, or the same in another alphabet's eyes.
  ['Hose', HOST],
  ['Cache-Control', 'no-cache'],
  ['Coo\u212aie', `s=${TOKEN}`],
  ['Ho\u017ft', 'other.example'],
  ['\u0148ost', 'other.example'],
  ['Host ', 'other.example'],
  ['Sec\rFetch-Site', 'cross-site'],
  ['X@API-Key', TOKEN],
  ['', HOST],
  ['x'.repeat(300), 'x'],
]
const VALUES = [HOST, '', '\0', `Bearer ${TOKEN}`, '\ud83d', 'a\u0165', 'y'.repeat(40_000)]
const URLS = [
  '/',
  '/',
  '/',
  `/?t=${TOKEN}`,
  `/?t=${SIGNED}&t=1`,
  '*',
  '',
  `http://${HOST}/`,
  '/\u0165',
]
const PEERS = [undefined, '', '192.0.2.1', '::ffff:192.0.2.1', '203.0.113.9', 'nobody']

/** Numbers below a bound, the same in every run. */
function randomOf(seed) {
  let state = BigInt(seed)
  return (bound) => {
    state = (state * 6_364_136_223_846_793_005n + 1n) & 0xffff_ffff_ffff_ffffn
    return Number((state >> 33n) % BigInt(bound))
  }
}

function requestOf(random) {
  const one = (list) => list[random(list.length)]
  const rarely = (list, otherwise) => (random(12) === 0 ? one(list) : otherwise)
  const spelled = (name) =>
    [name, name, name.toLowerCase(), name.toUpperCase(), name.replace('o', 'O')][random(5)]
  const line = ([name, ...values]) => [spelled(name), rarely(VALUES, one(values))]
  const rawHeaders = random(10) === 0 ? [] : ['Host', HOST]
  for (let left = random(6); left > 0; left -= 1) rawHeaders.push(...line(one(LINES)))
  if (random(60) === 0) {
    const fill = 120 + random(12)
    while (rawHeaders.length < 2 * fill) rawHeaders.push(`X-${rawHeaders.length}`, 'x')
  }
  if (random(200) === 0) rawHeaders.push('Host')
  if (random(200) === 0) rawHeaders.push('Host', 1)
  const method = rarely(['CONNECT', 'POST', '', 1, undefined], 'GET')
  return { method, url: one(URLS), rawHeaders, encrypted: random(3) > 0, peer: one(PEERS) }
}

function answerOf(decide) {
  try {
    const { allowed, reason, status, principal, challenge } = decide()
    return { allowed, reason, status, challenge, principal: principal?.toJSON() }
  } catch (error) {
    return { error: error.constructor.name, message: error.message }
  }
}

test('what is picked decides as the whole request does', () => {
  const read = head.read
  let whole = 0
  head.read = (...values) => {
    whole += 1
    return read(...values)
  }
  try {
    const random = randomOf(20)
    const rounds = 15_000
    const seen = new Map()
    let picked = 0
    for (let round = 0; round < rounds; round += 1) {
      const { method, url, rawHeaders, encrypted, peer } = requestOf(random)
      const gate = gates[random(gates.length)]
      const socket = { encrypted, remoteAddress: peer }
      const options = { now: NOW }
      const before = whole
      const fast = answerOf(() => gate.decide({ method, url, rawHeaders, socket }, options))
      if (whole === before) picked += 1
      const plain = { method, url, headers: rawHeaders, scheme: encrypted ? 'https' : 'http', peer }
      // A policy without proxies does not look at the peer, and so does not find fault with it.
      const asked = peer === 'nobody' && fast.error === undefined ? { ...plain, peer: '' } : plain
      const slow = answerOf(() => gate.decide(asked, options))
      if (!isDeepStrictEqual(fast, slow)) {
        assert.deepStrictEqual(fast, slow, inspect({ method, url, rawHeaders, peer }))
      }
      const outcome = fast.error ?? fast.reason ?? fast.principal.kind
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    }
    assert.ok(picked > rounds / 2 && picked < rounds, `${picked} of ${rounds} were picked`)
    for (const outcome of [
      'capability',
      'token',
      'TypeError',
      'request_too_large',
      'host_duplicate',
      'host_not_allowed',
      'origin_not_allowed',
      'origin_malformed',
      'credential_missing',
      'credential_duplicate',
      'credential_malformed',
      'capability_unknown',
    ]) {
      assert.ok(seen.get(outcome) > 20, `${outcome}: ${seen.get(outcome)}`)
    }
  } finally {
    head.read = read
  }
})

test('an option that is null is one that is not given', () => {
  const gate = Gate.fromPolicy(policy(['authorization']))
  const rawHeaders = ['Host', HOST, 'Origin', `https://${HOST}`, 'Authorization', `Bearer ${TOKEN}`]
  const options = { scheme: null, peer: null, url: null, now: NOW }
  for (const encrypted of [true, false]) {
    const request = { method: 'GET', url: '/', rawHeaders, socket: { encrypted } }
    assert.strictEqual(gate.decide(request, options).allowed, encrypted)
    assert.strictEqual(gate.decide({ raw: request }, options).allowed, encrypted)
  }
})

test('rules that are loaded while a request is read are not asked about what the old ones read', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorward-'))
  try {
    const file = path.join(folder, 'policy.json')
    const write = (name) => fs.writeFileSync(file, JSON.stringify(policy([`header:${name}`])))
    const rawHeaders = ['Host', HOST, 'X-Old', TOKEN]
    for (const late of ['url', 'scheme', 'now']) {
      write('x-old')
      const gate = Gate.open(file)
      const request = { method: 'GET', url: '/', rawHeaders, socket: {} }
      assert.ok(gate.decide(request, { now: NOW }).allowed)
      const options = { url: '/', scheme: 'https', now: NOW }
      const value = options[late]
      Object.defineProperty(options, late, {
        get() {
          write('x-new')
          gate.reload()
          return value
        },
      })
      assert.strictEqual(gate.decide(request, options).reason, 'credential_missing', late)
    }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
})

test('more headers than a slot’s number can tell are read whole', () => {
  const headers = Array.from({ length: 40 }, (_, n) => `x-${n}`)
  const gate = Gate.fromPolicy(policy(headers.map((name) => `header:${name}`)))
  for (const name of headers) {
    const decide = (token) =>
      gate.decide(
        { method: 'GET', url: '/', rawHeaders: ['Host', HOST, name, token] },
        { now: NOW },
      )
    assert.strictEqual(decide(TOKEN).principal.place, `header:${name}`)
    assert.strictEqual(decide(`${TOKEN}a`).reason, 'capability_unknown')
  }
})

test('a picker passes over what is not read, and nothing else', () => {
  const settings = {
    peer: true,
    target: true,
    headers: [':authority', 'host', 'x-k'],
    maxHeaders: 3,
  }
  const pick = (rawHeaders, more, options) => {
    const slots = ['', '', '', '', '', '']
    const request = {
      method: 'GET',
      url: '/x',
      rawHeaders,
      socket: { remoteAddress: 'p' },
      ...more,
    }
    return [new Picker(settings).pick(request, options, slots), slots.join()]
  }
  // Peer 1, target 2, then the headers from 3 on; five bits each behind the one for TLS.
  const codes = (https, ...parts) =>
    parts.reduce((all, it, at) => all | (it << (1 + 5 * at)), https)
  const cases = [
    [pick([]), codes(0, 1, 2), 'p,/x,,,,'],
    [pick(['HOST', 'a', 'Hos', 'b', 'x-K', 'c']), codes(0, 1, 2, 4, 5), 'p,/x,a,c,,'],
    [pick([':authority', 'a', 'host', 'b']), codes(0, 1, 2, 3, 4), 'p,/x,a,b,,'],
    [pick([':Authority', 'a']), codes(0, 1, 2), 'p,/x,,,,'],
    [pick([], { socket: { encrypted: true } }), codes(1, 2), '/x,,,,,'],
    [pick([], {}, { scheme: 'wss', peer: 'q', url: '/y' }), codes(1, 1, 2), 'q,/y,,,,'],
  ]
  for (const [actual, ...expected] of cases) assert.deepStrictEqual(actual, expected)
  const whole = [
    [['host', 'a', 'host', 'b', 'host', 'c', 'host', 'd']],
    [['host']],
    [['host', 1]],
    [[], { url: 'x' }],
    [[], { url: '' }],
    [[], { method: undefined }],
    [['x', 'x'.repeat(1 << 16)]],
    [undefined],
  ]
  for (const [lines, more] of whole) assert.strictEqual(pick(lines, more)[0], -1)
  const many = { ...settings, maxHeaders: 9 }
  const five = Array.from({ length: 5 }, () => ['host', 'a']).flat()
  const request = { method: 'GET', url: '/', rawHeaders: five, socket: { remoteAddress: 'p' } }
  assert.strictEqual(new Picker(many).pick(request, undefined, ['', '', '', '', '', '']), -1)
  assert.strictEqual(new Picker({ ...settings, headers: null }).pick(request, undefined, []), -1)
})
