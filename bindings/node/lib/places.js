'use strict'

// Taking the credential out of a request that was let in, before anything else sees it.

const primitive = require('../primitive.js')

/**
 * Takes a credential out of Node's request. What stands in a `subprotocol:` place goes in any case: a
 * server that accepts it sends it back for all to read. The other places are emptied if `every`.
 */
function takeOut(request, gate, place, every) {
  for (const known of gate.places) {
    const [, word, name] = /^([^:]*):?(.*)$/s.exec(known)
    if (word === 'subprotocol') {
      // An empty prefix takes every protocol for a credential, so it counts only where the credential
      // was one: elsewhere the offered protocols are the server's.
      if (name === '' && place !== known) continue
      const strip = (value) => primitive.stripSubprotocol(value, name)
      rewrite(request, 'sec-websocket-protocol', strip)
    } else if (every) {
      takeOutOther(request, word, name)
    }
  }
}

function takeOutOther(request, word, name) {
  switch (word) {
    case 'authorization':
      return rewrite(request, 'authorization', () => '')
    case 'header':
      return rewrite(request, name.toLowerCase(), () => '')
    case 'cookie':
      return rewrite(request, 'cookie', (value) => primitive.stripCookie(value, name))
    case 'query':
      request.url = primitive.stripQuery(request.url, name)
      if (request.originalUrl !== undefined) {
        request.originalUrl = primitive.stripQuery(request.originalUrl, name)
      }
  }
}

/** Writes every line of a header anew, in each view that Node has of it; an empty one goes. */
function rewrite(request, name, strip) {
  // Node makes both of these from the raw lines when they are first asked for, and by their number then.
  const { headers, headersDistinct } = request
  const kept = []
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [line, value] = [request.rawHeaders[at], request.rawHeaders[at + 1]]
    const rest = line.toLowerCase() === name ? strip(value) : value
    if (rest !== '' || rest === value) kept.push(line, rest)
  }
  // In place: frameworks keep a reference to the array.
  request.rawHeaders.splice(0, request.rawHeaders.length, ...kept)
  const merged = headers[name]
  if (merged !== undefined) setOrDelete(headers, name, [merged].flat().map(strip))
  const distinct = headersDistinct?.[name]
  if (distinct !== undefined) setOrDelete(headersDistinct, name, distinct.map(strip), true)
}

function setOrDelete(headers, name, values, list = false) {
  const kept = values.filter((value) => value !== '')
  if (kept.length === 0) delete headers[name]
  else headers[name] = list ? kept : kept.join(name === 'cookie' ? '; ' : ', ')
}

module.exports = { takeOut }
