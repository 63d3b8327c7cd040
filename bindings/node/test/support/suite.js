'use strict'

// The files of vectors and their cases.

const { readFileSync, readdirSync } = require('node:fs')
const { basename, join } = require('node:path')
const { isDeepStrictEqual } = require('node:util')
const { parse } = require('./json.js')
const { fields, perform } = require('./operation.js')

/** The folder of the vectors. */
function folder() {
  return process.env.DOORWARD_VECTORS ?? join(__dirname, '../../../../tests/vectors')
}

/** Reads every suite of a folder, in the order of the files' names. */
function readFolder(path) {
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json') && name !== 'reasons.json')
    .sort()
  if (files.length === 0) throw new Error(`${path}: no vectors`)
  return files.map((name) => {
    try {
      return readSuite(readFileSync(join(path, name), 'utf8'), basename(name, '.json'))
    } catch (error) {
      throw new Error(`${join(path, name)}: ${error.message}`, { cause: error })
    }
  })
}

const DECIDE = ['id', 'policy', 'request', 'now', 'expect']
const OPERATION = ['id', 'op', 'input', 'expect']

function readSuite(text, name) {
  const suite = fields(parse(text), ['suite', 'count', 'cases'], ['note'])
  if (suite.suite !== name) throw new Error(`is named otherwise than its suite ${suite.suite}`)
  if (suite.count !== suite.cases.length) {
    throw new Error(`says ${suite.count} cases, has ${suite.cases.length}`)
  }
  const ids = new Set()
  for (const test of suite.cases) {
    if (test.op === undefined) fields(test, DECIDE, ['note', 'source', 'profile'])
    else fields(test, OPERATION, ['note', 'source'])
    if (ids.has(test.id)) throw new Error(`the id ${test.id} stands twice`)
    ids.add(test.id)
  }
  return suite
}

/** Runs every case of a folder. */
function run(path) {
  const report = { passed: 0, failures: [], verdicts: '' }
  for (const { suite, cases } of readFolder(path)) {
    for (const test of cases) runCase(suite, test, report)
  }
  return report
}

function runCase(suite, test, report) {
  let actual
  try {
    actual = perform(test)
  } catch (error) {
    throw new Error(`${suite}/${test.id}: ${error.message}`, { cause: error })
  }
  const code = actual.code ?? 0
  const line = { suite, id: test.id, decision: code === 0 ? 'allow' : 'deny', code }
  report.verdicts += `${JSON.stringify(line)}\n`
  if (agrees(test.expect, actual, code)) {
    report.passed += 1
  } else {
    report.failures.push(
      `${suite}/${test.id}: expected ${shown(test.expect)}, got ${shown(actual)}`,
    )
  }
}

/** Every expected field must be there with its value, and a code only where one is expected. */
function agrees(expect, actual, code) {
  const fits = Object.entries(expect).every(([name, value]) =>
    isDeepStrictEqual(actual[name], value),
  )
  return fits && (Object.hasOwn(expect, 'code') || code === 0)
}

function shown(value) {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one))
}

/** The line that every language's runner ends with. */
function closingLine({ passed, failures }) {
  return `${passed} passed, ${failures.length} failed`
}

module.exports = { closingLine, folder, readFolder, readSuite, run }
