'use strict'

const { inspect } = require('node:util')
const native = require('./native.js')
const { byCode } = require('./reasons.js')
const { Claims } = require('./claims.js')

/** On whose behalf a request came in. What it says is read when it is asked for. */
class Principal {
  #text
  #scopeClaim
  #fields
  #claims

  constructor(text, scopeClaim) {
    this.#text = text
    this.#scopeClaim = scopeClaim
  }

  #field(index) {
    this.#fields ??= JSON.parse(this.#line(1))
    return this.#fields[index]
  }

  /** The id, the fields, and behind both lines the claims. */
  #line(index) {
    const text = this.#text
    const first = text.indexOf('\n')
    if (index === 0) return text.slice(0, first)
    const second = text.indexOf('\n', first + 1)
    return index === 1 ? text.slice(first + 1, second) : text.slice(second + 1)
  }

  get kind() {
    return this.#field(0)
  }

  get id() {
    const written = this.#line(0)
    if (written === '') return undefined
    // Behind a plus sign, as in JSON, where nearly every id is as it reads.
    return written.includes('\\') ? JSON.parse(`"${written.slice(1)}"`) : written.slice(1)
  }

  get place() {
    return this.#field(1)
  }

  get keyId() {
    return this.#field(2) ?? undefined
  }

  get expires() {
    return this.#field(3) ?? undefined
  }

  get scopes() {
    return this.#field(4)
  }

  get claims() {
    if (this.kind !== 'token') return undefined
    this.#claims ??= new Claims(this.#line(2))
    return this.#claims
  }

  hasScope(scope) {
    if (this.kind === 'token') return native.hasScope(this.claims.json, this.#scopeClaim, scope)
    return this.scopes.includes(scope)
  }

  toJSON() {
    const { kind, id, place, keyId, expires, scopes, claims } = this
    return { kind, id, place, keyId, expires, scopes, claims }
  }

  /** What a log may hold: the id and the claims come from a token. */
  [inspect.custom]() {
    return `Principal { kind: '${this.kind}', place: '${this.place}' }`
  }
}

class Allowed {
  #explain

  constructor(text, scopeClaim, explain) {
    this.allowed = true
    this.principal = new Principal(text, scopeClaim)
    this.#explain = explain
  }

  explain() {
    return this.#explain()
  }
}

class Refused {
  #explain

  constructor(code, challenge, explain) {
    const row = byCode(code)
    this.allowed = false
    this.reason = row.name
    this.code = code
    this.status = row.status
    this.challenge = challenge
    this.#explain = explain
  }

  explain() {
    return this.#explain()
  }
}

module.exports = { Allowed, Principal, Refused }
