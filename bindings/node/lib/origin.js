'use strict'

const native = require('./native.js')
const { orThrow } = require('./errors.js')
const { Gate } = require('./gate.js')
const { byCode } = require('./reasons.js')

/** Why a value is not the serialized origin of a page; undefined if it is. */
function fault(value) {
  const code = native.originParse(value)
  return code === undefined ? undefined : byCode(code).name
}

/** The canonical text of a line of an origin list. */
function normalise(line) {
  return orThrow(native.originNormalise(line))
}

/** A function that judges a page by the rules of a policy's `origin` table, and by nothing else. */
function createCheck(rules) {
  const gate = Gate.fromPolicy({ origin: rules, credential: { anonymous: true } })
  return ({ origin, host, fetchSite, scheme = 'http' }) => {
    const headers = { host, origin, 'sec-fetch-site': fetchSite }
    return gate.decide({ method: 'GET', url: '/', scheme, headers })
  }
}

module.exports = { createCheck, fault, normalise }
