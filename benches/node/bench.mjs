// doorward beside other JWT libraries of Node: one run, in which all take turns.

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { verifySync } from '@node-rs/jsonwebtoken'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import doorward from '../../bindings/node/index.js'
import { AUDIENCE, ISSUER, NOW, SECRET, SIZES, tokens, upgrade } from './tokens.mjs'

/** Rounds of a run; how long each takes part in one. */
const { values: options } = parseArgs({
  options: { json: { type: 'string' }, quick: { type: 'boolean' } },
})
const ROUNDS = Number(process.env.ROUNDS ?? (options.quick ? 7 : 41))
const SLICE_NS = 2_000_000

const core = createRequire(import.meta.url)('./core.node')
const buffer = Buffer.from(SECRET)
const keyObject = createSecretKey(buffer)
const jwtTable = {
  issuer: ISSUER,
  audience: AUDIENCE,
  key: [{ algorithm: 'HS256', secret: SECRET }],
}
const gate = doorward.Gate.fromPolicy({ host: { allow: ['app.example.com'] }, jwt: jwtTable })

/** Work that gives the claims, with `exp`, `nbf`, `iss` and `aud` checked. */
function contestants(size) {
  const all = tokens(size)
  const requests = all.map(upgrade)
  const options = { key: SECRET, issuer: ISSUER, audience: AUDIENCE }
  const check = doorward.jwt.createVerifier({ ...options, claims: 'none' })
  const lazy = doorward.jwt.createVerifier(options)
  const parsed = doorward.jwt.createVerifier({ ...options, claims: 'object' })
  const fastOptions = { key: SECRET, allowedIss: ISSUER, allowedAud: AUDIENCE }
  const fast = createVerifier({ ...fastOptions, cache: false })
  const cached = createVerifier({ ...fastOptions, cache: 1000 })
  const jsonOptions = { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE }
  const joseOptions = { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE }
  const nodeRs = { algorithms: ['HS256'], iss: [ISSUER], aud: [AUDIENCE], validateNbf: true }
  const work = {
    'doorward, no claims': (token) => check(token) === undefined,
    'doorward, claims unread': (token) => lazy(token),
    'doorward, lazy, sub read': (token) => lazy(token).sub,
    'doorward, parsed object': (token) => parsed(token),
    'fast-jwt, no cache': (token) => fast(token),
    'fast-jwt, every one a cache hit': (token) => cached(token),
    'jsonwebtoken, KeyObject': (token) => jsonwebtoken.verify(token, keyObject, jsonOptions),
    'jsonwebtoken, Buffer': (token) => jsonwebtoken.verify(token, buffer, jsonOptions),
    'doorward, jwt.verify': (token) => doorward.jwt.verify(token, buffer, jsonOptions),
    '@node-rs/jsonwebtoken': (token) => verifySync(token, buffer, nodeRs),
    'createHmac + JSON.parse': byHand,
  }
  const sync = Object.entries(work).map(([name, verify]) => loop(name, (n) => verify(all[n & 255])))
  const jose = async (times) => {
    for (let n = 0; n < times; n += 1) await jwtVerify(all[n & 255], keyObject, joseOptions)
  }
  return [
    {
      name: 'core alone',
      run: (times) => core.loop(JSON.stringify({ jwt: jwtTable }), all, NOW, times),
    },
    ...sync,
    { name: 'jose, KeyObject (wall clock)', run: jose, wall: true },
    loop('gate.decide, an upgrade', (n) => gate.decide(requests[n & 255])),
    loop('gate.decide, id read', (n) => gate.decide(requests[n & 255]).principal.id),
  ]
}

/** Something that is looked at, so that no compiler leaves the work out. */
let sink

function loop(name, once) {
  return {
    name,
    run(times) {
      for (let n = 0; n < times; n += 1) sink = once(n)
      if (sink === undefined) throw new Error(name)
    },
  }
}

function byHand(token) {
  const [header, payload, signature] = token.split('.')
  const mac = createHmac('sha256', keyObject).update(`${header}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== 32 || !timingSafeEqual(mac, given)) throw new Error('signature')
  if (JSON.parse(Buffer.from(header, 'base64url')).alg !== 'HS256') throw new Error('alg')
  const claims = JSON.parse(Buffer.from(payload, 'base64url'))
  const now = Date.now() / 1000
  if (now >= claims.exp || now < claims.nbf || claims.iss !== ISSUER || claims.aud !== AUDIENCE) {
    throw new Error('claims')
  }
  return claims
}

/**
 * Nanoseconds that so many runs took: processor time of this thread, since the machine may have other
 * work. What runs on other threads, as jose's HMAC does, is timed by the clock on the wall.
 */
async function time({ run, wall }, times) {
  if (wall) {
    const start = process.hrtime.bigint()
    await run(times)
    return Number(process.hrtime.bigint() - start)
  }
  const start = core.cpu()
  const own = run(times)
  return own ?? core.cpu() - start
}

/** Runs it until the compiler has, and finds how many times fill a slice. */
async function calibrate(contestant) {
  contestant.samples = []
  let times = 1
  for (let total = 0; total < 25 * SLICE_NS;) {
    const took = await time(contestant, times)
    if (took < SLICE_NS) times *= 2
    total += took
  }
  contestant.times = times
}

const at = (sorted, percent) => sorted[Math.floor(((sorted.length - 1) * percent) / 100)]

const results = []

for (const size of SIZES.keys()) {
  const all = contestants(size)
  for (const contestant of all) await calibrate(contestant)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contestant of all) {
      contestant.samples.push((await time(contestant, contestant.times)) / contestant.times)
    }
  }
  const parsed = all.find(({ name }) => name === 'doorward, parsed object')
  console.log(`\n${size} bytes; ns a call, ${ROUNDS} interleaved rounds`)
  console.log(
    `${''.padEnd(34)}${'p10'.padStart(9)}${'median'.padStart(9)}  over core  p10 / parsed object`,
  )
  for (const { samples } of all) samples.sort((a, b) => a - b)
  const floor = at(all[0].samples, 10)
  for (const { name, samples } of all) {
    const [p10, median] = [at(samples, 10), at(samples, 50)]
    const figures = [p10, median, p10 - floor].map((ns) => ns.toFixed(0))
    const columns = [...figures, (p10 / at(parsed.samples, 10)).toFixed(2)]
    console.log(name.padEnd(34) + columns.map((text) => text.padStart(9)).join(''))
    results.push({ name, size, p10_ns: p10, median_ns: median, rounds: ROUNDS })
  }
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`)
