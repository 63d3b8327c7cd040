'use strict'

const native = require('./native.js')
const { Allowed, Refused } = require('./decision.js')
const { documentOf } = require('./document.js')
const { failure, policyError } = require('./errors.js')
const head = require('./head.js')

/** A native answer of `decide` by which a part of the request held the separator. */
const AMBIGUOUS = 0

const NUL = '\0'

/** A configured verifier of requests. */
class Gate {
  #native
  #settings
  #challenges = new Map()

  /** Use `Gate.open` or `Gate.fromPolicy`. */
  constructor(form, text) {
    if (typeof text !== 'string') throw new TypeError('expected a policy')
    const opened = native.openGate(form, text)
    if (typeof opened === 'string') throw policyError(opened)
    const [warnings, decide, decideParts, explain, challenge, reload, startupCheck, settings] =
      opened
    this.#native = { decide, decideParts, explain, challenge, reload, startupCheck, settings }
    this.#settings = JSON.parse(settings())
    this.warnings = JSON.parse(warnings)
  }

  static open(path) {
    return new Gate('file', String(path))
  }

  static fromPolicy(policy) {
    if (typeof policy !== 'string') return new Gate('json', documentOf(policy))
    // No document in TOML begins with a brace.
    return new Gate(policy.trimStart().startsWith('{') ? 'json' : 'toml', policy)
  }

  /** The places where the policy looks for a credential, as it writes them. */
  get places() {
    return this.#settings.places
  }

  decide(request, options) {
    const lines = request?.rawHeaders
    if (!Array.isArray(lines)) return this.#decideAny(request, options)
    const { socket } = request
    const packed = pack(
      request.method,
      options?.url ?? request.url,
      // Asking a socket for its peer costs a system call, and only a listed proxy's address counts.
      options?.peer ?? (this.#settings.peer ? socket?.remoteAddress : undefined) ?? '',
      lines,
    )
    if (packed === undefined) return this.#decideAny(request, options)
    const https = head.isHttps(options?.scheme ?? head.schemeOf(socket))
    const count = (lines.length + 3) * 2 + (https ? 1 : 0)
    const now = options?.now
    const { decide } = this.#native
    // An argument that is not passed is one that need not be looked at.
    const answer = now === undefined ? decide(packed, count) : decide(packed, count, now)
    if (answer === AMBIGUOUS) return this.#decideAny(request, options)
    return this.#decision(answer, request, options)
  }

  /** For every form of a request, and for bytes that a string cannot hold apart. */
  #decideAny(request, options) {
    const read = head.read(request, options)
    const answer = this.#native.decideParts(head.parts(read), read.https ? 1 : 0, read.now)
    return this.#decision(answer, request, options)
  }

  #decision(answer, request, options) {
    const explain = () => this.explain(request, options)
    if (typeof answer === 'string') return new Allowed(answer, explain)
    return new Refused(answer, this.#challenge(answer), explain)
  }

  #challenge(code) {
    let challenge = this.#challenges.get(code)
    if (challenge === undefined) {
      challenge = this.#native.challenge(code) ?? null
      this.#challenges.set(code, challenge)
    }
    return challenge ?? undefined
  }

  /** Judges a request anew, by the rules and the time of now, and tells each check. */
  explain(request, options) {
    const read = head.read(request, options)
    const { reason, steps, text } = JSON.parse(
      this.#native.explain(head.parts(read), read.https ? 1 : 0, read.now),
    )
    const told = steps.map(({ stage, refused, details }) => ({
      stage,
      refused: refused ?? undefined,
      details,
    }))
    return { reason: reason ?? undefined, steps: told, text }
  }

  reload() {
    const answer = this.#native.reload()
    if (answer.startsWith('{')) throw policyError(answer)
    this.#settings = JSON.parse(this.#native.settings())
    this.#challenges.clear()
    this.warnings = JSON.parse(answer)
    return this.warnings
  }

  startupCheck(address) {
    const answer = this.#native.startupCheck(address)
    if (typeof answer === 'number') throw failure(answer)
    return answer
  }
}

/**
 * The parts with a zero character between each two; undefined if a part is no string. Added up, which
 * is faster than `join`: the native side lays the pieces out in one go.
 */
function pack(method, url, peer, lines) {
  let packed = method + NUL + url + NUL + peer
  for (const line of lines) {
    if (typeof line !== 'string') return undefined
    packed += NUL + line
  }
  return packed
}

module.exports = { Gate }
