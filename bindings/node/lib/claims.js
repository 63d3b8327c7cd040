'use strict'

const native = require('./native.js')

/**
 * The claims of a token that was verified. They are parsed when one is asked for that cannot be found
 * alone: most requests need none but the subject, and some not even that.
 */
class Claims {
  #json
  #object

  constructor(json) {
    this.#json = json
  }

  /** The claims set as its issuer wrote it. */
  get json() {
    return this.#json
  }

  /** All of them, as an object; the same one each time. */
  toJSON() {
    this.#object ??= JSON.parse(this.#json)
    return this.#object
  }

  /** The claim of this name; what an object inherits is none. */
  get(name) {
    const object = this.toJSON()
    return Object.hasOwn(object, name) ? object[name] : undefined
  }

  /** A claim that is a string, which is found sooner than all of them are parsed. */
  #plain(name) {
    const known = this.#object === undefined ? native.plainClaim(this.#json, name) : undefined
    return known ?? this.get(name)
  }

  get iss() {
    return this.#plain('iss')
  }

  get sub() {
    return this.#plain('sub')
  }

  get aud() {
    return this.get('aud')
  }

  get exp() {
    return this.get('exp')
  }

  get nbf() {
    return this.get('nbf')
  }

  get iat() {
    return this.get('iat')
  }

  get jti() {
    return this.#plain('jti')
  }
}

module.exports = { Claims }
