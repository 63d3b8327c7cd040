'use strict'

// What changes for who comes from fast-jwt or jsonwebtoken: each row of DIFFERENCES.md is asked of the
// real package and of doorward. `DOORWARD_WRITE=1` writes the tables anew.

const assert = require('node:assert')
const { createHmac } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const fastJwt = require('fast-jwt')
const jsonwebtoken = require('jsonwebtoken')
const { Denied, jwt } = require('doorward')

const PAGE = path.join(__dirname, '../DIFFERENCES.md')
const KEY = 'a secret of the tests, which everybody knows, 64 bytes long.....'
const NOW = Math.floor(Date.now() / 1000)
const EXP = NOW + 600

const base64url = (text) => Buffer.from(text).toString('base64url')

/** A token with a real MAC over whatever is given. */
function forge(claims, header = '{"alg":"HS256","typ":"JWT"}', key = KEY) {
  const input = `${base64url(header)}.${base64url(typeof claims === 'string' ? claims : JSON.stringify(claims))}`
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
}

const good = forge({ exp: EXP })

/** What a token is met with: `accepted`, or `refused`. */
function verdict(work) {
  try {
    work()
  } catch (error) {
    if (error instanceof TypeError && error.message.includes(' has no option '))
      return 'no such option'
    return error instanceof Denied ? `refused: ${error.reason}` : 'refused'
  }
  return 'accepted'
}

/** Rows that only a token makes: what, the token, and options in each package's words. */
const TOKENS = [
  ['a good token', good, 'accepted'],
  ['no `exp`', forge({ sub: 'a' }), 'refused: claim_missing'],
  ['`exp` is this second (of the clock given)', forge({ exp: NOW }), 'refused: token_expired'],
  [
    '`aud` although none is expected',
    forge({ exp: EXP, aud: 'other' }),
    'refused: audience_unexpected',
  ],
  ['a claim that stands twice', forge(`{"exp":1,"exp":${EXP}}`), 'refused: claims_duplicate_name'],
  ['`iss` that is a number', forge({ exp: EXP, iss: 5 }), 'refused: claim_type_invalid'],
  ['`sub` that is an object', forge({ exp: EXP, sub: {} }), 'refused: claim_type_invalid'],
  ['`exp` in milliseconds', forge({ exp: EXP * 1000 }), 'refused: claim_type_invalid'],
  [
    'header with `crit`',
    forge({ exp: EXP }, '{"alg":"HS256","crit":["x"],"x":1}'),
    'refused: header_critical',
  ],
  [
    'header with `b64: false`',
    forge({ exp: EXP }, '{"alg":"HS256","b64":false}'),
    'refused: header_unsupported',
  ],
  [
    'header with `typ: "at+jwt"`',
    forge({ exp: EXP }, '{"alg":"HS256","typ":"at+jwt"}'),
    'refused: header_type_unexpected',
  ],
  [
    'header with `kid`, which names no key',
    forge({ exp: EXP }, '{"alg":"HS256","kid":"x"}'),
    'refused: key_unknown',
  ],
  [
    '`alg` twice in the header',
    forge({ exp: EXP }, '{"alg":"none","alg":"HS256"}'),
    'refused: header_duplicate_name',
  ],
  ['padding behind the signature', `${good}=`, 'refused: token_alphabet'],
  ['a newline behind the token', `${good}\n`, 'refused: token_alphabet'],
  ['other bits in the signature’s last character', lastBits(good), 'refused: token_base64'],
  ['payload that is no object', forge('[]'), 'refused: claims_json'],
]

/** The same signature in another spelling: two bits of the last character carry nothing. */
function lastBits(token) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + letters[letters.indexOf(token.at(-1)) + 1]
}

/** Options of jsonwebtoken's `verify`, on the good token or another. */
const VERIFY = [
  ['`algorithms: ["HS256", "HS384"]`', good, { algorithms: ['HS256', 'HS384'] }],
  ['`issuer: ["a", "b"]`', forge({ exp: EXP, iss: 'a' }), { issuer: ['a', 'b'] }],
  ['`audience: /a/`', forge({ exp: EXP, aud: 'a' }), { audience: /a/ }],
  ['`maxAge: "1h"`', forge({ exp: EXP, iat: NOW }), { maxAge: '1h' }],
  ['`maxAge: 3600`', forge({ exp: EXP, iat: NOW }), { maxAge: 3600 }],
  ['`ignoreExpiration: true`', forge({ exp: 1 }), { ignoreExpiration: true }],
  ['`ignoreNotBefore: true`', forge({ exp: EXP, nbf: EXP }), { ignoreNotBefore: true }],
  ['`complete: true`', good, { complete: true }],
  ['`jwtid: "j"`', forge({ exp: EXP, jti: 'j' }), { jwtid: 'j' }],
  ['`clockTolerance: 20`, 10 s after `exp`', forge({ exp: NOW - 10 }), { clockTolerance: 20 }],
  ['10 s after `exp`', forge({ exp: NOW - 10 }), {}],
]

/** Options of fast-jwt's `createVerifier`, and those that say the same here. */
const CREATE = [
  [
    '`allowedIss: "a"`, here `issuer`',
    forge({ exp: EXP, iss: 'a' }),
    { allowedIss: 'a' },
    { issuer: 'a' },
  ],
  [
    '`allowedAud: "a"`, here `audience`',
    forge({ exp: EXP, aud: ['a'] }),
    { allowedAud: 'a' },
    { audience: 'a' },
  ],
  [
    '`allowedSub: "a"`, here `subject`',
    forge({ exp: EXP, sub: 'a' }),
    { allowedSub: 'a' },
    { subject: 'a' },
  ],
  [
    '`requiredClaims: ["x"]`, here `required`',
    forge({ exp: EXP, x: 1 }),
    { requiredClaims: ['x'] },
    { required: ['x'] },
  ],
  [
    '`maxAge` in milliseconds, here in seconds',
    forge({ exp: EXP, iat: NOW }),
    { maxAge: 60_000 },
    { maxAge: 60 },
  ],
  [
    '`clockTolerance` in milliseconds, here `leeway` in seconds',
    forge({ exp: NOW - 10 }),
    { clockTolerance: 20_000 },
    { leeway: 20 },
  ],
  ['10 s after `exp`: here the default `leeway` is 30 s', forge({ exp: NOW - 10 }), {}, {}],
  [
    '`ignoreExpiration: true`',
    forge({ exp: 1 }),
    { ignoreExpiration: true },
    { ignoreExpiration: true },
  ],
  ['`cache: true`', good, { cache: true }, { cache: true }],
  ['`complete: true`', good, { complete: true }, { complete: true }],
]

const KEYS = [
  ['an empty secret', ''],
  ['a secret of 31 bytes', 'x'.repeat(31)],
  [
    'the text of a public key',
    '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n',
  ],
  ['a JWK as text', '{"kty":"oct","k":"eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}'],
]

const theirs = {
  fast: (token, options = {}, key = KEY) =>
    verdict(() => fastJwt.createVerifier({ key, ...options })(token)),
  json: (token, options = {}, key = KEY) => verdict(() => jsonwebtoken.verify(token, key, options)),
}

const ours = {
  fast: (token, options = {}, key = KEY) =>
    verdict(() => jwt.createVerifier({ key, ...options })(token)),
  json: (token, options = {}, key = KEY) => verdict(() => jwt.verify(token, key, options)),
}

/** The clock given: the second of `exp` itself. */
function atExpiry(token) {
  return [
    verdict(() => fastJwt.createVerifier({ key: KEY, clockTimestamp: NOW * 1000 })(token)),
    verdict(() => jsonwebtoken.verify(token, KEY, { clockTimestamp: NOW })),
    verdict(() => jwt.verify(token, KEY, { clockTimestamp: NOW })),
  ]
}

function tables() {
  const tokens = TOKENS.map(([what, token, expected]) => {
    const answers = what.startsWith('`exp` is this second')
      ? atExpiry(token)
      : [theirs.fast(token), theirs.json(token), ours.json(token)]
    assert.strictEqual(answers[2], expected, what)
    // Both shapes are one verifier, but for the leeway.
    if (answers.length === 3 && !what.includes('this second')) {
      assert.strictEqual(ours.fast(token), expected, what)
    }
    return [what, ...answers]
  })
  const keys = KEYS.map(([what, key]) => {
    // Signed by hand: what each would verify with such a secret.
    const token = forge({ exp: EXP }, undefined, key)
    return [
      what,
      theirs.fast(token, {}, key),
      theirs.json(token, {}, key),
      ours.json(token, {}, key),
    ]
  })
  const verify = VERIFY.map(([what, token, options]) => [
    what,
    theirs.json(token, options),
    ours.json(token, options),
  ])
  const create = CREATE.map(([what, token, their, our]) => [
    what,
    theirs.fast(token, their),
    ours.fast(token, our),
  ])
  return { tokens, keys, create, verify }
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n')
}

const HEADS = {
  tokens: ['token', 'fast-jwt', 'jsonwebtoken', 'doorward'],
  keys: ['secret', 'fast-jwt', 'jsonwebtoken', 'doorward'],
  create: ['option', 'fast-jwt', 'doorward'],
  verify: ['option', 'jsonwebtoken', 'doorward'],
}

test('the page says what the packages do', () => {
  let page = fs.readFileSync(PAGE, 'utf8')
  for (const [name, rows] of Object.entries(tables())) {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end -->)`)
    assert.match(page, block, name)
    const written = page.replace(block, (_, start, end) => start + table(HEADS[name], rows) + end)
    if (process.env.DOORWARD_WRITE === '1') fs.writeFileSync(PAGE, written)
    else assert.strictEqual(page, written, name)
    page = written
  }
  for (const name of ['fast-jwt', 'jsonwebtoken']) {
    const { version } = require(`${name}/package.json`)
    assert.ok(page.includes(`${name} ${version}`), `${name} ${version}`)
  }
})

test('tokens that each signs, the others verify', () => {
  const options = { expiresIn: 60, issuer: 'i', subject: 's', jwtid: 'j', keyid: 'k' }
  const key = { id: 'k', secret: KEY }
  const verify = jwt.createVerifier({ key, issuer: 'i', audience: 'a', claims: 'object' })
  for (const algorithm of ['HS256', 'HS384', 'HS512']) {
    const mine = jwt.sign({ n: 1 }, KEY, { ...options, algorithm, audience: 'a' })
    const other = jsonwebtoken.sign({ n: 1 }, KEY, { ...options, algorithm, audience: 'a' })
    const fast = fastJwt.createSigner({
      key: KEY,
      algorithm,
      expiresIn: 60_000,
      iss: 'i',
      sub: 's',
      jti: 'j',
      kid: 'k',
      aud: 'a',
    })({ n: 1 })
    const ring = jwt.createVerifier({
      key,
      algorithm,
      issuer: 'i',
      audience: 'a',
      claims: 'object',
    })
    for (const token of [mine, other, fast]) {
      const expected = jsonwebtoken.verify(token, KEY)
      assert.deepStrictEqual(fastJwt.createVerifier({ key: KEY })(token), expected)
      assert.deepStrictEqual(ring(token), expected)
      assert.strictEqual(expected.exp - expected.iat, 60)
    }
  }
  assert.throws(() => verify(jwt.sign({ n: 1 }, KEY, options)), Denied)
})

test('a refusal has a reason where they have a message', () => {
  const told = { name: 'Denied', reason: 'token_expired', code: 5005, status: 401 }
  assert.throws(() => jwt.verify(forge({ exp: 1 }), KEY), told)
  assert.throws(() => jsonwebtoken.verify(forge({ exp: 1 }), KEY), { name: 'TokenExpiredError' })
})
