'use strict'

const { inspect } = require('node:util')
const native = require('./native.js')
const { byCode } = require('./reasons.js')
const { Claims } = require('./claims.js')

/** On whose behalf a request came in. What it says is read when it is asked for. */
class Principal {
  #text
  #fields
  #claims

  constructor(text) {
    this.#text = text
  }

  #field(index) {
    this.#fields ??= JSON.parse(this.#text.slice(0, this.#text.indexOf('\n')))
    return this.#fields[index]
  }

  get kind() {
    return this.#field(0)
  }

  get id() {
    return this.#field(1) ?? undefined
  }

  get place() {
    return this.#field(2)
  }

  get keyId() {
    return this.#field(3) ?? undefined
  }

  get expires() {
    return this.#field(4) ?? undefined
  }

  get scopes() {
    return this.#field(5)
  }

  get claims() {
    if (this.kind !== 'token') return undefined
    this.#claims ??= new Claims(this.#text.slice(this.#text.indexOf('\n') + 1))
    return this.#claims
  }

  hasScope(scope) {
    if (this.kind === 'token') return native.hasScope(this.claims.json, this.#field(6), scope)
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

  constructor(text, explain) {
    this.allowed = true
    this.principal = new Principal(text)
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
