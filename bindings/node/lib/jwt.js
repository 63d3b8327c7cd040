'use strict'

const native = require('./native.js')
const { Claims } = require('./claims.js')
const { documentOf, given } = require('./document.js')
const { failure, orThrow, policyError } = require('./errors.js')

/** Options of `createVerifier` and the keys of the policy's `jwt` table that they are. */
const RULES = new Map([
  ['issuer', 'issuer'],
  ['audience', 'audience'],
  ['subject', 'subject'],
  ['leeway', 'leeway'],
  ['required', 'required'],
  ['maxLifetime', 'max_lifetime'],
  ['maxAge', 'max_age'],
  ['typ', 'typ'],
  ['revoked', 'revoked'],
  ['ignoreTyp', 'ignore_typ'],
  ['ignoreKid', 'ignore_kid'],
  ['ignoreAudience', 'ignore_audience'],
  ['validAtExpiry', 'valid_at_expiry'],
])

/** Makes a function that verifies tokens. */
function createVerifier(options) {
  const { key, algorithm, claims = 'lazy' } = object(options, 'options')
  const table = { key: keyRing(key, algorithm) }
  // What the options inherit is meant as well.
  for (const name in options) {
    if (['key', 'algorithm', 'claims'].includes(name)) continue
    const known = RULES.get(name)
    if (known === undefined) throw new TypeError(`createVerifier has no option ${name}`)
    table[known] = given(options[name], name)
  }
  const make = FORMS.get(claims)
  if (make === undefined) throw new TypeError('claims must be lazy, object or none')
  return make(open(documentOf({ jwt: table })))
}

/**
 * What a verifier gives, by the option `claims`. An argument that is not passed is one that need not be
 * looked at.
 */
const FORMS = new Map([
  [
    'lazy',
    ({ verify }) =>
      (token, now) =>
        new Claims(claimsOf(now === undefined ? verify(token) : verify(token, now))),
  ],
  [
    'object',
    ({ verify }) =>
      (token, now) =>
        JSON.parse(claimsOf(now === undefined ? verify(token) : verify(token, now))),
  ],
  [
    'none',
    ({ check }) =>
      (token, now) => {
        const refused = now === undefined ? check(token) : check(token, now)
        if (refused !== undefined) throw failure(refused)
      },
  ],
])

function open(policy) {
  const opened = native.openVerifier(policy)
  if (typeof opened === 'string') throw policyError(opened)
  const [verify, check] = opened
  return { verify, check }
}

/** The verifier of the last call of `verify`, by the whole of its policy: key and rules, never a token. */
let last = { policy: undefined, verifier: undefined }

function openKept(policy) {
  if (policy !== last.policy) last = { policy, verifier: open(policy) }
  return last.verifier
}

function claimsOf(answer) {
  if (typeof answer === 'string') return answer
  throw failure(answer)
}

/** Options of `verify` that have a meaning here. The rest is refused rather than passed over. */
const VERIFY = [
  'algorithms',
  'issuer',
  'audience',
  'subject',
  'clockTolerance',
  'clockTimestamp',
  'maxAge',
]

/** Verifies one token, in jsonwebtoken's shape. A verifier that the caller keeps is faster. */
function verify(token, key, options = {}) {
  for (const name in object(options, 'options')) {
    if (!VERIFY.includes(name)) throw new TypeError(`verify has no option ${name}`)
    given(options[name], name)
  }
  const { algorithms = ['HS256'], issuer, audience, subject, clockTimestamp, maxAge } = options
  if (!Array.isArray(algorithms) || algorithms.length !== 1) {
    throw new TypeError('algorithms must name the one algorithm of the key')
  }
  const ring = keyRing(key, algorithms[0])
  if (ring.some((one) => one.algorithm !== algorithms[0])) {
    throw new TypeError('the key is for another algorithm than algorithms names')
  }
  const table = { key: ring, leeway: options.clockTolerance ?? 0 }
  const rules = { issuer, audience, subject, max_age: maxAge }
  for (const [name, value] of Object.entries(rules)) {
    if (value !== undefined) table[name] = value
  }
  return JSON.parse(claimsOf(openKept(documentOf({ jwt: table })).verify(token, clockTimestamp)))
}

const SIGN = [
  'algorithm',
  'encoding',
  'keyid',
  'expiresIn',
  'notBefore',
  'audience',
  'issuer',
  'subject',
  'jwtid',
  'noTimestamp',
]

/** Signs claims: an object, to which options may add, or JSON text, which is signed as it is. */
function sign(claims, key, options = {}) {
  for (const name of Object.keys(object(options, 'options'))) {
    if (!SIGN.includes(name)) throw new TypeError(`sign has no option ${name}`)
    given(options[name], name)
  }
  const { algorithm = 'HS256', encoding = 'utf8', keyid, ...additions } = options
  const text =
    typeof claims === 'string' ? asTheyAre(claims, additions) : complete(claims, additions)
  return orThrow(native.sign(algorithm, bytesOf(key), encoding, keyid, text))
}

function asTheyAre(claims, additions) {
  const [name] = Object.keys(additions)
  if (name !== undefined) throw new TypeError(`${name} cannot be added to claims that are text`)
  return claims
}

/** Options and the claims that they are. */
const NAMES = new Map([
  ['audience', 'aud'],
  ['issuer', 'iss'],
  ['subject', 'sub'],
  ['jwtid', 'jti'],
])

function complete(claims, { expiresIn, notBefore, noTimestamp, ...names }) {
  const all = { ...object(claims, 'claims') }
  const now = all.iat ?? Math.floor(Date.now() / 1000)
  if (noTimestamp !== true) all.iat = now
  const add = (name, value) => {
    if (Object.hasOwn(all, name)) throw new TypeError(`${name} stands in the claims already`)
    all[name] = value
  }
  if (expiresIn !== undefined) add('exp', now + seconds(expiresIn, 'expiresIn'))
  if (notBefore !== undefined) add('nbf', now + seconds(notBefore, 'notBefore'))
  for (const [option, value] of Object.entries(names)) {
    if (value !== undefined) add(NAMES.get(option), value)
  }
  return JSON.stringify(all)
}

function seconds(value, name) {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${name} must be seconds, a whole number`)
  return value
}

function object(value, name) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object`)
  }
  return value
}

/** The keys of a verifier, as the policy writes them. */
function keyRing(key, algorithm = 'HS256') {
  return [key].flat().map((one) => {
    if (typeof one === 'string' || isKeyObject(one) || one instanceof Uint8Array) {
      return { algorithm, ...secretOf(one) }
    }
    for (const name in object(one, 'key')) given(one[name], `the key's ${name}`)
    const { id, secret, encoding, algorithm: own = algorithm, ...rest } = one
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw new TypeError(`a key has no ${unknown}`)
    const named = id === undefined ? {} : { id }
    if (encoding === undefined || typeof secret !== 'string') {
      return { ...named, algorithm: own, ...secretOf(secret) }
    }
    return { ...named, algorithm: own, secret, encoding }
  })
}

function secretOf(key) {
  if (typeof key === 'string') return { secret: key, encoding: 'utf8' }
  return { secret: Buffer.from(bytesOf(key)).toString('hex'), encoding: 'hex' }
}

function isKeyObject(key) {
  return key !== null && typeof key === 'object' && typeof key.export === 'function'
}

/** The bytes of a secret; a string stands for its UTF-8. */
function bytesOf(key) {
  if (typeof key === 'string' || key instanceof Uint8Array) return key
  if (isKeyObject(key) && key.type === 'secret') return key.export()
  throw new TypeError('a key must be a string, a Uint8Array or a secret KeyObject')
}

module.exports = { createVerifier, sign, verify }
