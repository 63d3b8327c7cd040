'use strict'

// Single functions of the path, for the vectors and for programs that need just one of them.

const native = require('./lib/native.js')
const { orThrow, policyError } = require('./lib/errors.js')
const { reasons } = require('./lib/reasons.js')

const bytes = (text) => Buffer.from(text, 'latin1')

/** Undefined, unless the answer is a reason's number. */
const fine = (answer) => {
  orThrow(answer)
}

module.exports = {
  /** The token of an Authorization value. */
  bearer: (value) => orThrow(native.bearer(value)),

  /** Decodes canonical base64url. */
  base64urlDecode: (text) => bytes(orThrow(native.base64urlDecode(text))),

  base64urlEncode: (data) => orThrow(native.base64urlEncode(data)),

  /** The capability token of 32 given bytes: `capability.generate` takes them from the system. */
  capabilityOf: (entropy, form = 'base64url') => orThrow(native.tokenOf(form, entropy)),

  /** The `WWW-Authenticate` value of a reason, by its name. */
  challenge(reason, realm, scopes) {
    const row = reasons.find(({ name }) => name === reason)
    if (row === undefined) throw new TypeError('no such reason')
    return native.challenge(row.code, realm, JSON.stringify(scopes))
  },

  /** A claim of a JSON object, at the end of a path of names, if it is of the kind: as JSON text. */
  claimAt: (text, path, kind) => native.claimAt(text, JSON.stringify(path), kind),

  /** What a gate answers an empty request when it has so much memory: a reason's number, or 0. */
  decideWithScratch(policy, scratch) {
    const answer = native.decideWithScratch(policy, scratch)
    if (typeof answer === 'string') throw policyError(answer)
    return answer
  },

  hostParse: (value, scheme) => JSON.parse(orThrow(native.hostParse(value, scheme))),

  /** Throws unless the text is one strict JSON object. */
  jsonObject: (text) => fine(native.jsonObject(text)),

  /** The payload of a token whose MAC is right; neither `typ` nor claims are judged. */
  jwsVerify: (algorithm, secret, encoding, token) =>
    bytes(orThrow(native.jws(algorithm, secret, encoding, token))),

  /** Throws unless the secret is good for the algorithm. */
  key: (algorithm, secret, encoding) => fine(native.key(algorithm, secret, encoding)),

  /** Whether a listener may be opened. */
  listen: (address, credential, mode) => orThrow(native.listen(address, credential ? 1 : 0, mode)),

  /** A target without the query parameter `name`. */
  stripQuery: (target, name) => orThrow(native.stripQuery([target], name)),

  /** A `Cookie` value without the cookie `name`. */
  stripCookie: (value, name) => orThrow(native.stripCookie([value], name)),

  /** A `Sec-WebSocket-Protocol` value without the items that begin with `prefix`. */
  stripSubprotocol: (value, prefix) => orThrow(native.stripSubprotocol([value], prefix)),

  /** A table of tickets whose random bytes the caller gives. */
  ticketTable(capacity, ttl) {
    const [issue, redeem] = native.openTickets(capacity, ttl)
    return {
      issue: (entropy, payload, now) => orThrow(issue(payload, now, entropy)),
      redeem: (token, now) => bytes(orThrow(redeem(token, now))),
    }
  },
}
