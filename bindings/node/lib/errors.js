'use strict'

const { byCode } = require('./reasons.js')

/** An error that is a reason of the table. */
class ReasonError extends Error {
  constructor(code) {
    const row = byCode(code)
    super(row.text)
    this.reason = row.name
    this.code = row.code
    this.status = row.status
  }
}

/** A refusal where there is no decision to give it in. */
class Denied extends ReasonError {}
Object.defineProperty(Denied.prototype, 'name', { value: 'Denied' })

/** What the calling program or its configuration does is wrong: 1xxx. No client can cause it. */
class UsageError extends ReasonError {}
Object.defineProperty(UsageError.prototype, 'name', { value: 'UsageError' })

/** There is no answer: 9xxx, such as a clock or a store that does not know. Never to be told as a denial. */
class Undecided extends ReasonError {}
Object.defineProperty(Undecided.prototype, 'name', { value: 'Undecided' })

/** The error of a reason: the first digit says which. */
function failure(code) {
  if (code < 2000) return new UsageError(code)
  return code >= 9000 ? new Undecided(code) : new Denied(code)
}

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
function orThrow(answer) {
  if (typeof answer === 'number') throw failure(answer)
  return answer
}

/** The error that a native function gave as JSON. */
function policyError(json) {
  return new PolicyError(JSON.parse(json))
}

module.exports = { Denied, PolicyError, Undecided, UsageError, failure, orThrow, policyError }
