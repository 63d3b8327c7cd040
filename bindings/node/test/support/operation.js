'use strict'

// What each operation of a case does: input to outcome, in the form of `expect`. Everything goes
// through what the package exports.

const { deepStrictEqual } = require('node:assert')
const doorward = require('doorward')
const primitive = require('doorward/primitive')
const { parse, sourceOf } = require('./json.js')

const { Denied, Gate, PolicyError, Undecided, UsageError, capability, jwt, origin } = doorward

/** The errors that are a reason. */
const REASONED = [Denied, PolicyError, Undecided, UsageError]

const ALLOWED = { decision: 'allow', code: 0 }

/** Bytes, written as text or as `{"hex": "…"}`. */
function bytes(value) {
  if (typeof value === 'string') return Buffer.from(value)
  const { hex } = fields(value, ['hex'])
  const read = Buffer.from(hex, 'hex')
  if (read.length * 2 !== hex.length) throw new Error('not hexadecimal')
  return read
}

/** As Node's parser shows them: each byte a character. */
const wire = (value) => bytes(value).toString('latin1')

/** Refuses what has other fields than those. */
function fields(object, known, optional = []) {
  for (const name of Object.keys(object)) {
    if (!known.includes(name) && !optional.includes(name)) throw new Error(`unknown field ${name}`)
  }
  for (const name of known) {
    if (!Object.hasOwn(object, name)) throw new Error(`no field ${name}`)
  }
  return object
}

/** What `work` gives, or the refusal that it throws. */
function outcome(work) {
  try {
    return work()
  } catch (error) {
    if (REASONED.some((kind) => error instanceof kind)) {
      const { code, reason } = error
      return { decision: 'deny', code, reason }
    }
    throw error
  }
}

const REQUEST = ['method', 'target', 'scheme', 'peer', 'headers']

function decide(test) {
  const { method, target, scheme, peer, headers } = fields(test.request, REQUEST)
  let gate
  try {
    gate = Gate.fromPolicy(sourceOf(test.policy))
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return { decision: 'deny', code: error.code, reason: error.reason, status: 500 }
  }
  const options = { now: test.now }
  const plain = {
    method,
    url: bytes(target),
    scheme,
    peer: peer ?? undefined,
    headers: headers.map(([name, value]) => [bytes(name), bytes(value)]),
  }
  // What Node's own parser makes of the same bytes: another way through the binding.
  const incoming = {
    method,
    url: wire(target),
    rawHeaders: headers.flat().map(wire),
    socket: {
      encrypted: scheme === 'https' || scheme === 'wss',
      remoteAddress: peer ?? undefined,
    },
  }
  const answer = decision(gate.decide(plain, options))
  deepStrictEqual(decision(gate.decide(incoming, options)), answer, 'two forms of one request')
  return answer
}

function decision(decided) {
  if (decided.allowed) {
    return { ...ALLOWED, status: 200, principal: decided.principal.id ?? '' }
  }
  const { code, reason, status } = decided
  return { decision: 'deny', code, reason, status }
}

/** Keys of the policy's `jwt` table as `createVerifier` names them. */
function camel(name) {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
}

function jwtVerify(input) {
  const { jwt: table, token, now } = fields(input, ['jwt', 'token', 'now'])
  const options = Object.fromEntries(Object.entries(table).map(([name, it]) => [camel(name), it]))
  const answer = (presented) =>
    outcome(() => {
      const claims = jwt.createVerifier(options)(presented, now)
      if (typeof claims.json !== 'string') throw new Error('no claims')
      return ALLOWED
    })
  const answered = answer(bytes(token))
  const checked = outcome(() => {
    jwt.createVerifier({ ...options, claims: 'none' })(bytes(token), now)
    return ALLOWED
  })
  deepStrictEqual(checked, answered, 'with and without claims')
  // Text is read as text, too: its characters must not be narrowed to bytes.
  if (typeof token === 'string') deepStrictEqual(answer(token), answered, 'string and bytes')
  return answered
}

function jwsVerify({ algorithm, secret, encoding, token, ...rest }) {
  fields(rest, [])
  return outcome(() => {
    const payload = primitive.jwsVerify(algorithm, bytes(secret), encoding, bytes(token))
    const text = payload.toString()
    const exact = Buffer.from(text).equals(payload)
    return { ...ALLOWED, payload: exact ? text : { hex: payload.toString('hex') } }
  })
}

function jwtSign({ algorithm, secret, encoding, kid, claims, ...rest }) {
  fields(rest, [])
  const options = { algorithm, encoding, ...(kid === undefined ? {} : { keyid: kid }) }
  return outcome(() => ({ token: jwt.sign(claims, bytes(secret), options) }))
}

function ticket({ capacity, ttl, steps, ...rest }) {
  fields(rest, [])
  const table = primitive.ticketTable(capacity, ttl)
  const one = (step) => {
    const [verb] = Object.keys(fields(step, [], ['issue', 'redeem']))
    if (verb === 'issue') {
      const { entropy, payload, now } = fields(step.issue, ['entropy', 'payload', 'now'])
      return { token: table.issue(Buffer.from(entropy, 'hex'), payload, now) }
    }
    const { token, now } = fields(step.redeem, ['token', 'now'])
    return { payload: table.redeem(token, now).toString() }
  }
  const results = steps.map((step) => {
    const { decision: _, ...result } = outcome(() => one(step))
    return result
  })
  return { results }
}

function policyLoad(input) {
  const { toml, json } = fields(input, [], ['toml', 'json'])
  try {
    return { code: 0, warnings: Gate.fromPolicy(toml ?? json).warnings.length }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const { code, reason, path, line = null, column = null } = error
    return { code, reason, path, line, column }
  }
}

function claimRead({ text, path, kind, ...rest }) {
  fields(rest, [])
  const found = primitive.claimAt(text, path, kind)
  if (found === undefined) return { value: null }
  return { value: kind === 'raw' ? found : parse(found) }
}

/** The status that goes with a reason's name. */
const row = (reason) => doorward.reasons.find(({ name }) => name === reason)

const OPERATIONS = {
  'jwt.verify': jwtVerify,
  'jws.verify': jwsVerify,
  'jwt.sign': jwtSign,
  ticket,
  'policy.load': policyLoad,
  'claim.read': claimRead,
  scratch: ({ policy, scratch }) => {
    const code = primitive.decideWithScratch(sourceOf(policy), scratch)
    if (code === 0) return ALLOWED
    return { decision: 'deny', code, reason: doorward.reasons.find((it) => it.code === code).name }
  },
  bearer: ({ value }) => outcome(() => ({ token: primitive.bearer(bytes(value)) })),
  'host.parse': ({ value, scheme }) => outcome(() => primitive.hostParse(bytes(value), scheme)),
  'origin.parse': ({ value }) => {
    const reason = origin.fault(bytes(value))
    if (reason === undefined) return ALLOWED
    return { decision: 'deny', code: row(reason).code, reason }
  },
  'origin.normalise': ({ line }) => outcome(() => ({ canonical: origin.normalise(line) })),
  'capability.digest': ({ token }) => ({ sha256: capability.digest(bytes(token)) }),
  'capability.match': ({ token, sha256 }) => {
    const index = capability.find(bytes(token), sha256) ?? null
    // The same question about each digest alone.
    const [first = -1] = sha256.flatMap((it, at) =>
      capability.matches(bytes(token), it) ? [at] : [],
    )
    deepStrictEqual(first, index ?? -1)
    return { index }
  },
  'capability.generate': ({ entropy, form }) =>
    outcome(() => ({ token: primitive.capabilityOf(Buffer.from(entropy, 'hex'), form) })),
  key: ({ algorithm, secret, encoding }) =>
    outcome(() => {
      primitive.key(algorithm, bytes(secret), encoding)
      return ALLOWED
    }),
  'json.object': ({ text }) =>
    outcome(() => {
      primitive.jsonObject(bytes(text))
      return ALLOWED
    }),
  'base64url.decode': ({ text }) =>
    outcome(() => {
      const decoded = primitive.base64urlDecode(bytes(text))
      return { bytes: { hex: decoded.toString('hex') } }
    }),
  'base64url.encode': ({ bytes: data }) => ({ text: primitive.base64urlEncode(bytes(data)) }),
  'strip.query': ({ target, name }) => ({
    target: Buffer.from(primitive.stripQuery(bytes(target), name), 'latin1').toString(),
  }),
  'strip.cookie': ({ value, name }) => ({
    value: Buffer.from(primitive.stripCookie(bytes(value), name), 'latin1').toString(),
  }),
  'strip.subprotocol': ({ value, prefix }) => ({
    value: Buffer.from(primitive.stripSubprotocol(bytes(value), prefix), 'latin1').toString(),
  }),
  listen: ({ address, credential, mode }) =>
    outcome(() => ({ result: primitive.listen(address, credential, mode) })),
  challenge: ({ reason, realm, scope }) => {
    const value = primitive.challenge(reason, realm, scope) ?? null
    return { value, status: row(reason).status, code: row(reason).code }
  },
}

/** The fields of each operation's input; those with a question mark may be missing. */
const INPUTS = {
  scratch: 'policy scratch',
  bearer: 'value',
  'host.parse': 'value scheme',
  'origin.parse': 'value',
  'origin.normalise': 'line',
  'capability.digest': 'token',
  'capability.match': 'token sha256',
  'capability.generate': 'entropy form',
  'jwt.verify': 'jwt token now',
  'jws.verify': 'algorithm secret encoding token',
  'jwt.sign': 'algorithm secret encoding claims kid?',
  key: 'algorithm secret encoding',
  'claim.read': 'text path kind',
  'json.object': 'text',
  'base64url.decode': 'text',
  'base64url.encode': 'bytes',
  'strip.query': 'target name',
  'strip.cookie': 'value name',
  'strip.subprotocol': 'value prefix',
  listen: 'address credential mode',
  'policy.load': 'toml? json?',
  ticket: 'capacity ttl steps',
  challenge: 'reason realm scope',
}

/** Does what a case says. */
function perform(test) {
  if (test.op === undefined) return decide(test)
  if (!Object.hasOwn(OPERATIONS, test.op)) throw new Error(`unknown op ${test.op}`)
  const names = INPUTS[test.op].split(' ')
  const optional = names.filter((name) => name.endsWith('?')).map((name) => name.slice(0, -1))
  fields(
    test.input,
    names.filter((name) => !name.endsWith('?')),
    optional,
  )
  return OPERATIONS[test.op](test.input)
}

module.exports = { fields, perform }
