'use strict'

/**
 * An object as a policy document. JSON has no undefined, function or symbol and would leave the key out, and with it
 * the check that somebody meant to set.
 */
function documentOf(object) {
  return JSON.stringify(object, (key, value) => given(value, `the policy's ${key || 'document'}`))
}

function given(value, name) {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`${name} is ${typeof value}: leave it out for no such rule`)
  }
  return value
}

module.exports = { documentOf, given }
