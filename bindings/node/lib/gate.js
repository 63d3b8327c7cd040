'use strict'

const native = require('./native.js')
const { Allowed, Refused } = require('./decision.js')
const { documentOf } = require('./document.js')
const { failure, policyError } = require('./errors.js')
const head = require('./head.js')
const { Picker } = require('./picker.js')

/** A native answer of `decide` that decides nothing. */
const UNDECIDED = 0

/** A configured verifier of requests. */
class Gate {
  #native
  #settings
  #picker
  #challenges = new Map()

  /** Use `Gate.open` or `Gate.fromPolicy`. */
  constructor(form, text) {
    if (typeof text !== 'string') throw new TypeError('expected a policy')
    const opened = native.openGate(form, text)
    if (typeof opened === 'string') throw policyError(opened)
    const [loaded, decide, decideParts, explain, challenge, reload, startupCheck] = opened
    this.#native = { decide, decideParts, explain, challenge, reload, startupCheck }
    this.#settle(loaded)
  }

  /** Takes over what the native side says of the rules that it has loaded. */
  #settle(loaded) {
    const [warnings, settings] = JSON.parse(loaded)
    this.#settings = settings
    this.#picker = new Picker(settings)
    this.#challenges.clear()
    this.warnings = warnings
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
    const slots = ['', '', '', '', '', '']
    const picker = this.#picker
    const codes = picker.pick(request, options, slots)
    const now = options?.now
    // A getter may have loaded other rules, whose headers have other numbers.
    if (codes < 0 || picker !== this.#picker) return this.#decideAny(request, options)
    const answer = this.#ask(codes, slots, now)
    if (answer === UNDECIDED) return this.#decideAny(request, options)
    return this.#decision(answer, request, options)
  }

  #ask(codes, [a, b, c, d, e, f], now) {
    const { decide } = this.#native
    // An argument that is not passed is one that need not be looked at.
    return now === undefined
      ? decide(codes, a, b, c, d, e, f)
      : decide(codes, a, b, c, d, e, f, now)
  }

  /** For every form of a request, and of what may be in one. */
  #decideAny(request, options) {
    const read = head.read(request, options)
    const answer = this.#native.decideParts(head.parts(read), read.https ? 1 : 0, read.now)
    return this.#decision(answer, request, options)
  }

  #decision(answer, request, options) {
    const explain = () => this.explain(request, options)
    if (typeof answer === 'string') return new Allowed(answer, this.#settings.scopeClaim, explain)
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
    this.#settle(answer)
    return this.warnings
  }

  startupCheck(address) {
    const answer = this.#native.startupCheck(address)
    if (typeof answer === 'number') throw failure(answer)
    return answer
  }
}

module.exports = { Gate }
