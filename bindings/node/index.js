'use strict'

const { Claims } = require('./lib/claims.js')
const { Principal } = require('./lib/decision.js')
const { Denied, PolicyError, Undecided, UsageError } = require('./lib/errors.js')
const { Gate } = require('./lib/gate.js')
const { Tickets } = require('./lib/tickets.js')
const { reasons } = require('./lib/reasons.js')
const capability = require('./lib/capability.js')
const jwt = require('./lib/jwt.js')
const origin = require('./lib/origin.js')
const { version } = require('./package.json')

module.exports = {
  Claims,
  Denied,
  Undecided,
  UsageError,
  Gate,
  PolicyError,
  Principal,
  Tickets,
  capability,
  jwt,
  origin,
  reasons,
  version,
}
