'use strict'

// JSON as the vectors need it read: integers beyond 2^53 keep their value, and the text of an object
// can be had again, since `30.0` and `30` are one number in JavaScript and two in a policy.

const sources = new WeakMap()

/** Reads a text. Integers that a number cannot hold become bigints. */
function parse(text) {
  const reader = { text, at: 0 }
  const value = readValue(reader)
  if (skip(reader) !== undefined) throw new SyntaxError(`text behind the value at ${reader.at}`)
  return value
}

/** The text that an object or array was read from. */
function sourceOf(value) {
  return sources.get(value)
}

function skip(reader) {
  while (' \t\r\n'.includes(reader.text[reader.at] ?? 'x')) reader.at += 1
  return reader.text[reader.at]
}

function expect(reader, char) {
  if (skip(reader) !== char) throw new SyntaxError(`expected ${char} at ${reader.at}`)
  reader.at += 1
}

function readValue(reader) {
  const first = skip(reader)
  const start = reader.at
  if (first !== '{' && first !== '[') return readScalar(reader, first)
  const value = first === '{' ? readObject(reader) : readArray(reader)
  sources.set(value, reader.text.slice(start, reader.at))
  return value
}

function readScalar(reader, first) {
  const pattern = first === '"' ? /"(?:[^"\\]|\\.)*"/y : /[^\s,\]}]+/y
  pattern.lastIndex = reader.at
  const token = pattern.exec(reader.text)?.[0]
  if (token === undefined) throw new SyntaxError(`no value at ${reader.at}`)
  reader.at += token.length
  const value = JSON.parse(token)
  const exact = typeof value !== 'number' || !/^-?\d+$/.test(token) || Number.isSafeInteger(value)
  return exact ? value : BigInt(token)
}

function readArray(reader) {
  const items = []
  expect(reader, '[')
  while (skip(reader) !== ']') {
    if (items.length > 0) expect(reader, ',')
    items.push(readValue(reader))
  }
  reader.at += 1
  return items
}

function readObject(reader) {
  const object = {}
  expect(reader, '{')
  while (skip(reader) !== '}') {
    if (Object.keys(object).length > 0) expect(reader, ',')
    const name = readScalar(reader, skip(reader))
    if (typeof name !== 'string') throw new SyntaxError(`no name at ${reader.at}`)
    if (Object.hasOwn(object, name)) throw new SyntaxError(`${name} stands twice`)
    expect(reader, ':')
    Object.defineProperty(object, name, {
      value: readValue(reader),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  reader.at += 1
  return object
}

module.exports = { parse, sourceOf }
