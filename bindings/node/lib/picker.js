'use strict'

// What of a request goes to the native side: to bring a string over costs more than to look at several
// names.

const { isHttps } = require('./head.js')

/** What is in a slot; the headers that are read follow by their place in the list. */
const PEER = 1
const TARGET = 2
const FIRST_HEADER = 3

/** Bits of `codes` for each slot, behind the one that says TLS. */
const CODE_BITS = 5

/** Most characters of a head; a longer one is nowhere near an ordinary request. */
const MAX_CHARACTERS = 65_536

const SLASH = 0x2f

/** Picks the parts of a request that a gate's rules read. Which these are, the core has said. */
class Picker {
  #settings
  #shapes

  constructor(settings) {
    this.#settings = settings
    this.#shapes = settings.headers === null ? undefined : shapesOf(settings.headers)
  }

  /**
   * Fills the slots, and gives what is in them: 1 for TLS, and from the second bit on each slot's number.
   * -1 for a request that is to be taken whole: one with more parts than slots, or with anything that
   * is not as Node's parser leaves it.
   */
  pick(request, options, slots) {
    const shapes = this.#shapes
    const lines = request?.rawHeaders
    if (shapes === undefined || !Array.isArray(lines)) return -1
    const { method, socket } = request
    const url = options?.url ?? request.url
    const settings = this.#settings
    if (typeof method !== 'string' || typeof url !== 'string') return -1
    if (url.charCodeAt(0) !== SLASH || lines.length > 2 * settings.maxHeaders) return -1
    // Asking a socket for its peer costs a system call, and only a listed proxy's address counts.
    const peer = options?.peer ?? (settings.peer ? socket?.remoteAddress : undefined) ?? ''
    const scheme = options?.scheme ?? undefined
    const https = scheme === undefined ? socket?.encrypted === true : isHttps(scheme)
    let codes = https ? 1 : 0
    let taken = 0
    if (peer !== '') {
      codes |= PEER << 1
      slots[taken++] = peer
    }
    if (settings.target) {
      codes |= TARGET << (1 + CODE_BITS * taken)
      slots[taken++] = url
    }
    let characters = method.length + url.length
    for (let at = 0; at < lines.length; at += 2) {
      const name = lines[at]
      const value = lines[at + 1]
      if (typeof name !== 'string' || typeof value !== 'string') return -1
      characters += name.length + value.length
      const shape = shapeOf(name)
      if (shape >= shapes.length) continue
      const header = headerOf(name, shapes[shape])
      if (header === undefined) continue
      if (taken === slots.length) return -1
      codes |= header.code << (1 + CODE_BITS * taken)
      slots[taken++] = value
    }
    return characters > MAX_CHARACTERS ? -1 : codes
  }
}

/**
 * A number that two names share if they are the same but for the case of letters: their length, and of
 * the first character the bits that both cases of a letter have.
 */
function shapeOf(name) {
  return name.length * 32 + (name.charCodeAt(0) & 31)
}

/** The headers of each shape: the first one, which knows the next. */
function shapesOf(names) {
  const shapes = []
  for (const [index, lower] of names.entries()) {
    const shape = shapeOf(lower)
    while (shapes.length <= shape) shapes.push(undefined)
    // HTTP/2's parser writes it so, and for any other it is a name that nothing reads.
    const exact = lower.startsWith(':')
    const usual = lower.replace(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase())
    shapes[shape] = { code: FIRST_HEADER + index, lower, usual, exact, next: shapes[shape] }
  }
  return shapes
}

/** That of these headers which has the name. */
function headerOf(name, first) {
  for (let header = first; header !== undefined; header = header.next) {
    if (isNamed(name, header)) return header
  }
  return undefined
}

/** Whether a name is that header's, whatever the case of its ASCII letters. */
function isNamed(name, { lower, usual, exact }) {
  if (name === usual || name === lower) return true
  if (exact || name.length !== lower.length) return false
  for (let at = 0; at < lower.length; at += 1) {
    const code = name.charCodeAt(at)
    if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== lower.charCodeAt(at)) return false
  }
  return true
}

module.exports = { Picker }
