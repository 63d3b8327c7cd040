'use strict'

// The runner of the vectors can fail: it refuses what is not as it should be, and notices a difference.

const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { parse, sourceOf } = require('./support/json.js')
const { closingLine, readSuite, run } = require('./support/suite.js')

const CASE =
  '{"id":"a","op":"origin.parse","input":{"value":"null"},"expect":{"decision":"deny","code":2204}}'
const suite = (cases, count = 1, more = '') =>
  `{"suite":"s","count":${count}${more},"cases":[${cases}]}`

function runText(context, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorward-'))
  context.after(() => fs.rmSync(folder, { recursive: true }))
  fs.writeFileSync(path.join(folder, 's.json'), text)
  return run(folder)
}

test('a case that is as expected passes, another fails', (t) => {
  const good = runText(t, suite(CASE))
  assert.strictEqual(closingLine(good), '1 passed, 0 failed')
  assert.strictEqual(good.verdicts, '{"suite":"s","id":"a","decision":"deny","code":2204}\n')
  for (const wrong of [
    CASE.replace('2204', '2203'),
    CASE.replace('null', 'https://a.example'),
    CASE.replace(',"code":2204', ''),
  ]) {
    assert.strictEqual(closingLine(runText(t, suite(wrong))), '0 passed, 1 failed', wrong)
  }
})

test('what is not well formed is refused', (t) => {
  const wrong = [
    suite(CASE, 2),
    suite(CASE, 1, ',"extra":1'),
    suite(CASE.replace('"op"', '"extra":1,"op"')),
    suite(CASE.replace('origin.parse', 'origin.purse')),
    suite(CASE.replace('origin.parse', 'toString')),
    suite(CASE.replace('"value"', '"extra":1,"value"')),
    suite(CASE.replace('"value":"null"', '')),
    suite(`${CASE},${CASE}`, 2),
    suite(CASE).replace('"s"', '"other"'),
    suite(CASE).slice(0, -1),
  ]
  for (const text of wrong) assert.throws(() => runText(t, text), undefined, text)
  assert.strictEqual(readSuite(suite(CASE), 's').cases.length, 1)
})

test('integers keep their value, and objects their text', () => {
  const text = '{"a": [9223372036854775807, 30.0, "\\u0041{"], "b" : {"c":1e400}}'
  const value = parse(text.replace('1e400', '1.50'))
  assert.strictEqual(value.a[0], 9223372036854775807n)
  assert.deepStrictEqual(value.a.slice(1), [30, 'A{'])
  assert.strictEqual(sourceOf(value.b), '{"c":1.50}')
  assert.throws(() => parse('{"a":1,"a":2}'))
})
