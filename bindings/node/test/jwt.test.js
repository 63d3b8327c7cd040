'use strict'

const assert = require('node:assert')
const { createHmac, createSecretKey } = require('node:crypto')
const test = require('node:test')
const { inspect } = require('node:util')
const { Claims, Denied, PolicyError, Undecided, UsageError, jwt } = require('doorward')
const native = require('../lib/native.js')
const { SECRET, signed } = require('./support/http.js')

const NOW = 1_700_000_000
const MAX_TOKEN_BYTES = 16_384

const verify = jwt.createVerifier({ key: SECRET, audience: 'app' })

/** The reason of a refusal. */
function reasonOf(work) {
  try {
    work()
  } catch (error) {
    if (error.reason !== undefined) return error.reason
    throw error
  }
  return undefined
}

/** A token made with Node's own HMAC. */
function byHand(claims, secret = SECRET) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const input = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

test('characters are not narrowed to their low byte', () => {
  const token = byHand({ aud: 'app', exp: NOW + 60 })
  assert.strictEqual(verify(token, NOW).aud, 'app')
  for (let at = 0; at < token.length; at += 1) {
    const aliased = String.fromCharCode(token.charCodeAt(at) | 0x100)
    const forged = token.slice(0, at) + aliased + token.slice(at + 1)
    assert.strictEqual(
      reasonOf(() => verify(forged, NOW)),
      'token_alphabet',
      `U+${aliased.charCodeAt(0).toString(16)} at ${at}`,
    )
  }
  // What the read as Latin-1 would have made of the first of them.
  assert.strictEqual(Buffer.from('ť', 'latin1').toString('latin1'), 'e')
})

test('lone surrogates and characters of four bytes are outside the alphabet', () => {
  const token = byHand({ aud: 'app', exp: NOW + 60 })
  for (const strange of ['\ud83d', '\udc00', '😀', '\u0000', 'é']) {
    for (const forged of [strange + token, token + strange, token.replace('.', strange)]) {
      assert.strictEqual(
        reasonOf(() => verify(forged, NOW)),
        'token_alphabet',
      )
    }
  }
})

test('a token of just the limit is read whole, and one with anything behind it is not cut', () => {
  const empty = byHand({ aud: 'app', exp: NOW + 60, x: '' })
  // Three bytes of claims are four characters; what is left over is tried out.
  const fill = Math.floor(((MAX_TOKEN_BYTES - empty.length) * 3) / 4)
  const lengths = [fill - 2, fill - 1, fill, fill + 1].map((n) =>
    byHand({ aud: 'app', exp: NOW + 60, x: 'x'.repeat(n) }),
  )
  const token = lengths.filter((it) => it.length <= MAX_TOKEN_BYTES).at(-1)
  assert.ok(token.length > MAX_TOKEN_BYTES - 4)
  assert.match(verify(token, NOW).get('x'), /^x{12000,}$/)
  // A buffer that is full to the last whole character must not pass for the end of the string.
  for (const tail of [
    'é',
    '€',
    '😀',
    '\ud800',
    'éa',
    'x',
    'xxxxx',
    'x'.repeat(70_000),
    '€'.repeat(9),
  ]) {
    const reason = reasonOf(() => verify(token + tail, NOW))
    assert.ok(
      ['token_too_long', 'token_alphabet', 'token_base64', 'signature_invalid'].includes(reason),
      reason,
    )
    if (token.length + Buffer.byteLength(tail) > MAX_TOKEN_BYTES) {
      assert.strictEqual(reason, 'token_too_long')
    }
  }
  assert.strictEqual(
    reasonOf(() => verify('a'.repeat(1 << 24), NOW)),
    'token_too_long',
  )
})

test('a buffer that is full, but for less than a character, is no end of a string', () => {
  // Node-API copies whole characters, so it stops short of a buffer's end where the next is longer than
  // what is left. The first buffer of a verifier has 2048 bytes: each of these is read with one.
  for (let length = 2_030; length < 2_060; length += 1) {
    for (const tail of ['', 'é', '€', '😀', '\ud800', '€a']) {
      const fresh = jwt.createVerifier({ key: SECRET })
      const reason = reasonOf(() => fresh('a'.repeat(length) + tail, NOW))
      assert.strictEqual(reason, tail === '' ? 'token_segments' : 'token_alphabet', `${length}`)
    }
  }
})

test('strings and bytes are read alike; what is neither is wrong usage', () => {
  const token = signed()
  assert.strictEqual(verify(token).sub, 'alice')
  assert.strictEqual(verify(Buffer.from(token)).sub, 'alice')
  assert.strictEqual(verify(new Uint8Array(Buffer.from(`..${token}`)).subarray(2)).sub, 'alice')
  for (const wrong of [undefined, null, 1, {}, [token], new Uint16Array(4), new ArrayBuffer(4)]) {
    assert.throws(() => verify(wrong), TypeError)
  }
  const shared = new Uint8Array(new SharedArrayBuffer(token.length))
  shared.set(Buffer.from(token))
  assert.throws(() => verify(shared), TypeError, 'another thread could change it meanwhile')
  assert.throws(() => verify(token, 'now'), TypeError)
})

test('claims are lazy, an object on request, and never inherited', () => {
  const token = signed({ admin: true, name: 'Ünï \u{1f600}' })
  const claims = verify(token)
  assert.ok(claims instanceof Claims)
  assert.strictEqual(claims.get('admin'), true)
  assert.strictEqual(claims.get('name'), 'Ünï \u{1f600}')
  for (const name of ['toString', 'constructor', '__proto__', 'absent']) {
    assert.strictEqual(claims.get(name), undefined)
  }
  assert.deepStrictEqual(JSON.parse(claims.json), claims.toJSON())
  const [, payload] = token.split('.')
  assert.strictEqual(claims.json, Buffer.from(payload, 'base64url').toString())
  const parse = jwt.createVerifier({ key: SECRET, audience: 'app', claims: 'object' })
  assert.deepStrictEqual(parse(token), claims.toJSON())
  const polluted = parse(byHand(JSON.parse('{"__proto__":{"x":1},"aud":"app","exp":9999999999}')))
  assert.strictEqual({}.x, undefined)
  assert.strictEqual(Object.getPrototypeOf(polluted), Object.prototype)
})

test('a claim that is read alone is what it is among all of them', () => {
  const texts = [
    '"sub":"alice","iss":"i","jti":"1"',
    '"s\\u0075b":"escaped name"',
    '"sub":"a\\"b\\\\c\\n\\u0000\\ud83d\\ude00"',
    '"sub":"Ünï \u{1f600} \\/"',
    '"sub":"Ünï \u{1f600}","iss":""',
    '"a":{"sub":"inner"},"b":["sub","x"],"c":"\\"sub\\":\\"x\\""',
    ` "sub" : "${'x'.repeat(5000)}" , "iss":"behind"`,
    '"SUB":"x","subs":"y","su":"z"',
  ]
  let plain = 0
  for (const members of texts) {
    const text = `{${members},"exp":${NOW + 60}}`
    const all = JSON.parse(text)
    for (const name of ['sub', 'iss', 'jti', 'sub']) {
      const claims = jwt.createVerifier({ key: SECRET })(jwt.sign(text, SECRET), NOW)
      assert.strictEqual(claims[name], all[name], `${name} of ${text}`)
      assert.strictEqual(claims[name], claims.get(name))
      plain += native.plainClaim(text, name) === all[name] ? 1 : 0
    }
  }
  assert.ok(plain > texts.length, 'hardly one was found')
  assert.strictEqual(native.plainClaim('{"sub":1}', 'sub'), undefined)
  assert.strictEqual(native.plainClaim('no object', 'sub'), undefined)
  for (const wrong of [['{}'], ['{}', 'n'.repeat(16)], ['{}', 'é'], [1, 'sub']]) {
    assert.throws(() => native.plainClaim(...wrong), TypeError)
  }
})

test('a verifier that gives no claims refuses the same', () => {
  const options = { key: SECRET, audience: 'app', issuer: 'i' }
  const give = jwt.createVerifier(options)
  const check = jwt.createVerifier({ ...options, claims: 'none' })
  const claims = { aud: 'app', iss: 'i', exp: NOW + 60 }
  const good = byHand(claims)
  assert.strictEqual(check(good, NOW), undefined)
  assert.strictEqual(check(Buffer.from(good), NOW), undefined)
  const tokens = [
    '',
    `${good}x`,
    good.replace('e', '\u0165'),
    byHand(claims, 'y'.repeat(64)),
    byHand({ ...claims, exp: NOW - 31 }),
    byHand({ ...claims, iss: 'j' }),
    byHand({ ...claims, aud: ['b'] }),
    byHand({ aud: 'app', iss: 'i' }),
  ]
  const reasons = tokens.map((token) => reasonOf(() => check(token, NOW)))
  assert.deepStrictEqual(
    reasons,
    tokens.map((token) => reasonOf(() => give(token, NOW))),
  )
  assert.strictEqual(new Set(reasons).size, 7)
  assert.throws(() => check(good, 0), Undecided)
  assert.throws(() => check(undefined), TypeError)
})

test('claims that are not ASCII come whole, whatever their length', () => {
  for (let length = 0; length < 100; length += 1) {
    for (const letter of ['a', 'é', '€', '😀']) {
      const name = 'x'.repeat(length) + letter + 'x'.repeat(100 - length)
      const token = byHand({ aud: 'app', exp: NOW + 60, name })
      assert.strictEqual(verify(token, NOW).get('name'), name)
    }
    const token = byHand({ aud: 'app', exp: NOW + 60, name: 'x'.repeat(length) + 'é' })
    assert.strictEqual(verify(token, NOW).get('name'), 'x'.repeat(length) + 'é')
  }
})

test('keys of every form', () => {
  const token = signed()
  const keys = [
    SECRET,
    Buffer.from(SECRET),
    new Uint8Array(Buffer.from(SECRET)),
    createSecretKey(Buffer.from(SECRET)),
    { secret: SECRET },
    { id: 'other', secret: Buffer.from(SECRET) },
    { secret: Buffer.from(SECRET).toString('base64'), encoding: 'base64' },
    [{ id: 'a', secret: 'x'.repeat(64) }, SECRET],
  ]
  for (const key of keys) {
    assert.strictEqual(jwt.createVerifier({ key, audience: 'app' })(token).sub, 'alice')
  }
  assert.strictEqual(
    reasonOf(() => jwt.createVerifier({ key: 'y'.repeat(64) })(token)),
    'signature_invalid',
  )
})

test('what makes no verifier is told at once', () => {
  const wrong = [
    [{ key: 'short' }, PolicyError],
    [{ key: '' }, PolicyError],
    [{ key: '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A' }, PolicyError],
    [{ key: [] }, PolicyError],
    [{ key: SECRET, leeway: 301 }, PolicyError],
    [{ key: SECRET, algorithm: 'none' }, PolicyError],
    [{ key: SECRET, issuer: ['a', 'b'] }, PolicyError],
    [{ key: SECRET, audience: 'a', ignoreAudience: true }, PolicyError],
    [{ key: undefined }, TypeError],
    [{ key: 5 }, TypeError],
    [{ key: { secret: SECRET, kid: 'x' } }, TypeError],
    [{ key: SECRET, allowedIss: 'a' }, TypeError],
    [{ key: SECRET, ignoreExpiration: true }, TypeError],
    [{ key: SECRET, claims: 'all' }, TypeError],
    [{ key: SECRET, issuer: undefined }, TypeError],
    [{ key: SECRET, issuer: null }, PolicyError],
    [{ key: SECRET, maxAge: Number.NaN }, PolicyError],
    [{ key: SECRET, leeway: '30' }, PolicyError],
    [undefined, TypeError],
  ]
  for (const [options, type] of wrong) {
    assert.throws(() => jwt.createVerifier(options), type, inspect(options))
  }
})

test('jwt.verify takes no rule that is not one', () => {
  const token = signed()
  assert.strictEqual(jwt.verify(token, SECRET, { audience: 'app' }).sub, 'alice')
  for (const options of [{ audience: 'app', issuer: undefined }, { algorithms: [] }, { foo: 1 }]) {
    assert.throws(() => jwt.verify(token, SECRET, options), TypeError)
  }
  assert.throws(() => jwt.verify(token, SECRET, { audience: 'app', issuer: null }), PolicyError)
})

test('jwt.verify goes by the key and the rules of each call', () => {
  const [token, other] = [signed(), 'y'.repeat(64)]
  const rules = [
    [SECRET, { audience: 'app' }, undefined],
    [other, { audience: 'app' }, 'signature_invalid'],
    [Buffer.from(SECRET), { audience: 'app' }, undefined],
    [SECRET, { audience: 'else' }, 'audience_not_accepted'],
    [SECRET, {}, 'audience_unexpected'],
    [SECRET, { audience: 'app', algorithms: ['HS512'] }, 'algorithm_not_allowed'],
    [SECRET, { audience: 'app', clockTimestamp: 9_999_999_999 }, 'token_expired'],
  ]
  for (const [key, options, reason] of [
    ...rules,
    ...[...rules].reverse(),
    ...rules,
    ...rules.slice(2),
  ]) {
    assert.strictEqual(
      reasonOf(() => jwt.verify(token, key, options)),
      reason,
    )
  }
})

test('a refusal holds no byte of the token, an error none of the secret', () => {
  const seen = []
  const collect = (work) => {
    try {
      work()
      assert.fail('was not refused')
    } catch (error) {
      seen.push(inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), `${error}`)
    }
  }
  const marked = 'MARKEDSECRET'
  collect(() => verify(`${marked}.${marked}.${marked}`))
  collect(() => jwt.createVerifier({ key: marked }))
  collect(() => jwt.createVerifier({ key: { secret: `${marked}!`, encoding: 'hex' } }))
  collect(() => jwt.sign({}, marked))
  seen.push(inspect(verify, { showHidden: true, depth: 9 }))
  seen.push(inspect(verify(signed({ marked })), { showHidden: true, depth: 9 }))
  for (const text of seen) {
    // The stack names this file's lines, never what stood in them.
    assert.ok(!text.includes(marked), text)
  }
})

test('signing: claims as text are signed byte for byte, options complete an object', () => {
  const text = '{"exp" : 9999999999,"b":1}'
  const token = jwt.sign(text, SECRET)
  assert.strictEqual(Buffer.from(token.split('.')[1], 'base64url').toString(), text)
  assert.throws(() => jwt.sign(text, SECRET, { expiresIn: 5 }), TypeError)
  const full = jwt.sign({ iat: NOW }, SECRET, {
    algorithm: 'HS256',
    keyid: 'k',
    expiresIn: 60,
    notBefore: -5,
    audience: ['app'],
    issuer: 'i',
    subject: 's',
    jwtid: 'j',
  })
  const ring = { id: 'k', secret: SECRET }
  const claims = jwt.createVerifier({ key: ring, audience: 'app', claims: 'object' })(full, NOW)
  assert.deepStrictEqual(claims, {
    iat: NOW,
    exp: NOW + 60,
    nbf: NOW - 5,
    aud: ['app'],
    iss: 'i',
    sub: 's',
    jti: 'j',
  })
  assert.deepStrictEqual(Object.keys(JSON.parse(Buffer.from(full.split('.')[0], 'base64url'))), [
    'alg',
    'typ',
    'kid',
  ])
  for (const options of [
    { expiresIn: '5m' },
    { algorithm: 'none' },
    { header: {} },
    { mutatePayload: true },
  ]) {
    assert.throws(() => jwt.sign({}, SECRET, options), TypeError)
  }
  assert.throws(() => jwt.sign({ exp: 1 }, SECRET, { expiresIn: 5 }), TypeError)
  assert.throws(() => jwt.sign('{"a":1,"a":2}', SECRET), Denied)
  assert.throws(() => jwt.sign({}, 'short'), UsageError)
})

test('the clock is the system’s, and no time is no time', () => {
  assert.strictEqual(verify(signed()).sub, 'alice')
  assert.strictEqual(
    reasonOf(() => verify(signed({}, { expiresIn: -31 }))),
    'token_expired',
  )
  assert.strictEqual(
    reasonOf(() => verify(signed(), 0)),
    'clock_unavailable',
  )
  assert.strictEqual(
    reasonOf(() => verify(signed(), Number.NaN)),
    'clock_unavailable',
  )
})

test('a rule that JSON has no word for is not dropped', () => {
  const token = jwt.sign({ iss: 'evil' }, SECRET, { expiresIn: 60 })
  for (const issuer of [() => 'good', Symbol('good'), { toJSON() {} }, undefined]) {
    assert.throws(() => jwt.verify(token, SECRET, { issuer }), TypeError)
    assert.throws(() => jwt.createVerifier({ key: SECRET, issuer }), TypeError)
  }
  for (const rule of ['maxLifetime', 'required', 'revoked']) {
    assert.throws(() => jwt.createVerifier({ key: SECRET, [rule]: () => 60 }), TypeError)
  }
  assert.throws(() => jwt.createVerifier({ key: { secret: SECRET, id: () => 'k' } }), TypeError)
  assert.throws(() => jwt.sign({}, SECRET, { expiresIn: undefined }), TypeError)
})

test('rules that the options inherit are rules', () => {
  const token = jwt.sign({ iss: 'evil' }, SECRET, { expiresIn: 60 })
  const verify = jwt.createVerifier(
    Object.create({ issuer: 'good' }, { key: { value: SECRET, enumerable: true } }),
  )
  assert.throws(() => verify(token), { reason: 'issuer_not_accepted' })
  const options = Object.create({ issuer: 'good' })
  assert.throws(() => jwt.verify(token, SECRET, options), { reason: 'issuer_not_accepted' })
})

test('a key of another algorithm than algorithms names is a mistake', () => {
  const key = { secret: SECRET.padEnd(64, '.'), algorithm: 'HS512' }
  assert.throws(() => jwt.verify('a.b.c', key, { algorithms: ['HS256'] }), TypeError)
})

test('what could not be decided is no denial', () => {
  const token = jwt.sign({ sub: 'a' }, SECRET, { expiresIn: 60 })
  const error = { name: 'Undecided', code: 9001 }
  assert.throws(() => jwt.verify(token, SECRET, { clockTimestamp: 0 }), error)
})
