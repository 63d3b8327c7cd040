'use strict'

const native = require('./native.js')
const { failure, orThrow } = require('./errors.js')
const { byCode } = require('./reasons.js')

/** Tickets that open once, within seconds: one table, in this process. */
class Tickets {
  #issue
  #redeem

  constructor({ capacity = 64, ttl }) {
    // What is passed on keeps 32 bits only.
    if (ttl !== ttl >>> 0) throw new TypeError('ttl must be seconds')
    if (capacity !== capacity >>> 0) throw new TypeError('capacity must be a whole number')
    const [issue, redeem] = native.openTickets(capacity, ttl)
    this.#issue = issue
    this.#redeem = redeem
  }

  /** A new ticket. */
  issue(payload = '', { now } = {}) {
    return orThrow(this.#issue(payload, now))
  }

  /** Uses a ticket up. */
  redeem(token, { now } = {}) {
    const answer = this.#redeem(token, now)
    if (typeof answer === 'string') {
      return { allowed: true, payload: Buffer.from(answer, 'latin1').toString() }
    }
    const { name, code, status } = byCode(answer)
    // No clock, no store: that is no denial.
    if (status >= 500) throw failure(code)
    return { allowed: false, reason: name, code, status }
  }
}

module.exports = { Tickets }
