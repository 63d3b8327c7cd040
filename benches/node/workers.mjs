// Verifications a second of 1, 2, 4 and 8 worker threads, each with a verifier of its own, in interleaved
// rounds: the rate that a tenth of the rounds exceed.
//     node benches/node/workers.mjs [--quick] [--json FILE]

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import doorward from '../../bindings/node/index.js'
import { AUDIENCE, ISSUER, SECRET, tokens } from './tokens.mjs'

const BATCH = 1000

/** Counts what it does between two messages of the main thread; the first tells it to warm up. */
function work() {
  const all = tokens(281)
  const verify = doorward.jwt.createVerifier({ key: SECRET, issuer: ISSUER, audience: AUDIENCE })
  const stop = new Int32Array(workerData)
  for (let n = 0; n < 100_000; n += 1) verify(all[n & 255])
  parentPort.on('message', () => {
    let done = 0
    while (Atomics.load(stop, 0) === 0) {
      for (let n = 0; n < BATCH; n += 1) {
        if (verify(all[n & 255]) === undefined) throw new Error('no claims')
      }
      done += BATCH
    }
    parentPort.postMessage(done)
  })
  parentPort.postMessage('ready')
}

const answer = (worker) =>
  new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** So many workers, warm and waiting. */
async function team(count) {
  const shared = new SharedArrayBuffer(4)
  const here = new URL(import.meta.url)
  const workers = Array.from({ length: count }, () => new Worker(here, { workerData: shared }))
  await Promise.all(workers.map(answer))
  for (const worker of workers) worker.removeAllListeners('error')
  return { workers, stop: new Int32Array(shared), rates: [] }
}

/** What a team verifies in a second, by a fifth of one. */
async function rate({ workers, stop }) {
  Atomics.store(stop, 0, 0)
  const answers = workers.map(answer)
  const begun = process.hrtime.bigint()
  for (const worker of workers) worker.postMessage('go')
  await pause(200)
  Atomics.store(stop, 0, 1)
  const done = (await Promise.all(answers)).reduce((sum, one) => sum + one, 0)
  const took = Number(process.hrtime.bigint() - begun)
  for (const worker of workers) worker.removeAllListeners('error')
  return (done * 1e9) / took
}

async function main() {
  const { values: options } = parseArgs({
    options: { json: { type: 'string' }, quick: { type: 'boolean' } },
  })
  const teams = []
  for (const count of [1, 2, 4, 8]) teams.push(await team(count))
  for (let round = 0; round < (options.quick ? 3 : 11); round += 1) {
    for (const one of teams) one.rates.push(await rate(one))
  }
  const results = []
  console.log('verifications a second, 281 B')
  for (const { workers, rates } of teams) {
    rates.sort((a, b) => b - a)
    const found = Math.round(rates[Math.floor(rates.length / 10)])
    console.log(`  ${workers.length} workers ${found}`)
    results.push({ workers: workers.length, rate: found })
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results)}\n`)
}

if (isMainThread) await main()
else work()
