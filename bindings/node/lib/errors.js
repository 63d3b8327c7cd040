'use strict'

const { byCode } = require('./reasons.js')

/** A refusal where there is no decision to give it in. */
class Denied extends Error {
  constructor(code) {
    const row = byCode(code)
    super(row.text)
    this.reason = row.name
    this.code = row.code
    this.status = row.status
  }
}
Object.defineProperty(Denied.prototype, 'name', { value: 'Denied' })

/** A policy that is not in order, and where. */
class PolicyError extends Error {
  constructor({ code, message, path, line, column, file }) {
    super(message)
    this.reason = byCode(code).name
    this.code = code
    this.path = path
    this.line = line ?? undefined
    this.column = column ?? undefined
    this.file = file ?? undefined
  }
}
Object.defineProperty(PolicyError.prototype, 'name', { value: 'PolicyError' })

/** What a native function gave, unless that is a reason's number. */
function orDenied(answer) {
  if (typeof answer === 'number') throw new Denied(answer)
  return answer
}

/** The error that a native function gave as JSON. */
function policyError(json) {
  return new PolicyError(JSON.parse(json))
}

module.exports = { Denied, PolicyError, orDenied, policyError }
