'use strict'

const native = require('./native.js')

/** A new token of 256 random bits. */
function generate(form = 'base64url') {
  return native.newToken(form)
}

/** What is stored in a token's place: its SHA-256 in hexadecimal digits. */
function digest(token) {
  return native.digest(token)
}

/** Whether a token is that of a stored digest. */
function matches(token, stored) {
  return native.matches(token, stored)
}

/** Which of the stored digests is the token's. None is left out, and no match ends the search. */
function find(token, stored) {
  return native.find(token, stored)
}

module.exports = { digest, find, generate, matches }
