'use strict'

const assert = require('node:assert')
const { once } = require('node:events')
const path = require('node:path')
const test = require('node:test')
const { Worker } = require('node:worker_threads')
const { HOST, PATIENCE, TOKEN, gate, signed } = require('./support/http.js')

const ROUNDS = 20_000

test(
  'workers decide beside each other, each with gates of its own',
  {
    timeout: PATIENCE * 6,
  },
  async () => {
    const program = path.join(__dirname, 'support/worker.js')
    const workers = Array.from({ length: 4 }, (_, n) => {
      return new Worker(program, { workerData: { rounds: ROUNDS, n } })
    })
    // The main thread goes on deciding meanwhile.
    const theGate = gate()
    const rawHeaders = ['Host', HOST, 'Authorization', `Bearer ${TOKEN}`]
    const ended = Promise.all(workers.map((worker) => once(worker, 'message')))
    for (let n = 0; n < ROUNDS; n += 1) {
      assert.ok(theGate.decide({ method: 'GET', url: '/', rawHeaders }).allowed)
      if (n % 1_000 === 0) await new Promise(setImmediate)
    }
    for (const [{ allowed, refused }] of await ended) {
      assert.deepStrictEqual([allowed, refused], [ROUNDS, ROUNDS])
    }
    // What a worker leaves behind is freed with it, and nothing of ours.
    await Promise.all(workers.map((worker) => worker.terminate()))
    assert.strictEqual(theGate.decide({ headers: rawHeaders }).principal.id, 'ci')
  },
)

/** Bytes in use, after what can be collected was. */
function used() {
  for (let n = 0; n < 4; n += 1) global.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

test('memory is flat over a million decisions', { timeout: PATIENCE * 12 }, () => {
  const theGate = gate()
  const tokens = Array.from({ length: 64 }, (_, n) => signed({ n }))
  const requests = tokens.map((token) => ({
    method: 'GET',
    url: '/ws',
    rawHeaders: ['Host', HOST, 'Authorization', `Bearer ${token}`],
  }))
  requests.push({ method: 'GET', url: '/', rawHeaders: ['Host', 'other'] })
  const decide = (times) => {
    let allowed = 0
    for (let n = 0; n < times; n += 1) {
      const decision = theGate.decide(requests[n % requests.length])
      if (decision.allowed && decision.principal.id === 'alice') allowed += 1
    }
    return allowed
  }
  decide(50_000)
  const before = used()
  assert.ok(decide(1_000_000) > 900_000)
  const after = used()
  // A leak of one byte a decision would be a megabyte of the heap; of the process, allocators keep some.
  assert.ok(after.heapUsed - before.heapUsed < 512 * 1024, `${after.heapUsed - before.heapUsed}`)
  assert.ok(after.rss - before.rss < 32 * 1024 * 1024, `${after.rss - before.rss}`)
})

test(
  'gates, verifiers and tables that nobody holds are freed',
  {
    timeout: PATIENCE * 6,
  },
  async () => {
    const { Tickets, jwt } = require('doorward')
    const key = 'x'.repeat(64)
    const make = async (times) => {
      for (let n = 0; n < times; n += 1) {
        gate().decide({ headers: ['Host', HOST] })
        jwt.createVerifier({ key })
        new Tickets({ ttl: 1, capacity: 4096 }).issue('x')
        // V8 does not see the memory behind the objects, so it is told to look. Finalizers run between the turns of
        // the loop.
        if (n % 50 === 0) {
          globalThis.gc()
          await new Promise(setImmediate)
        }
      }
    }
    await make(200)
    const before = used()
    await make(600)
    await new Promise(setImmediate)
    const after = used()
    // The tables alone would be 600 times half a megabyte.
    assert.ok(after.rss - before.rss < 100 * 1024 * 1024, `${after.rss - before.rss}`)
  },
)
