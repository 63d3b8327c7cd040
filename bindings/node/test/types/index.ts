// What the types say, under `strict`. Compiled, not run.

import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import {
  type Allowed,
  type Claims,
  type capability,
  type Decision,
  Denied,
  Gate,
  jwt,
  origin,
  PolicyError,
  type Principal,
  type Reason,
  type ReasonCode,
  reasons,
  Tickets,
} from 'doorward'
import { doorward as expressGuard } from 'doorward/express'
import { doorward as fastifyGuard } from 'doorward/fastify'
import { decideRequest, type refusal } from 'doorward/fetch'
import type { claimAt } from 'doorward/primitive'
import { admitUpgrade, guardUpgrade, principalOf } from 'doorward/upgrade'
import express from 'express'
import fastify from 'fastify'
import { WebSocketServer } from 'ws'

/** Compiles only if both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never
const same = <A, B>(_: Same<A, B>): void => {}

declare const message: IncomingMessage
const gate = Gate.open('policy.toml')
same<ReturnType<Gate['decide']>, Decision>(true)

const decision = gate.decide(message)
if (decision.allowed) {
  same<typeof decision, Allowed>(true)
  same<typeof decision.principal, Principal>(true)
  same<typeof decision.principal.id, string | undefined>(true)
  same<typeof decision.principal.claims, Claims | undefined>(true)
  // @ts-expect-error an allowed decision has no reason
  decision.reason
} else {
  same<typeof decision.reason, Reason>(true)
  same<typeof decision.code, ReasonCode>(true)
  same<typeof decision.status, 400 | 401 | 403 | 431 | 500 | 503>(true)
  same<typeof decision.challenge, string | undefined>(true)
  // @ts-expect-error a refused one has no principal
  decision.principal
  if (decision.reason === 'token_expired') decision.code satisfies ReasonCode
  // @ts-expect-error no such reason
  if (decision.reason === 'token_expried') decision.explain()
}
// @ts-expect-error a decision says whether before it says who
decision.principal

gate.decide({ headers: [['Host', 'a.example']] })
gate.decide({ headers: ['Host', new Uint8Array(3)] }, { scheme: 'wss', now: 1, peer: '::1' })
gate.decide({ headers: { host: 'a.example', cookie: ['a=1', 'b=2'], origin: undefined } })
gate.decide({ headers: new Headers() })
gate.decide({ raw: message })
gate.decide({ req: message })
// @ts-expect-error a request has headers
gate.decide({ url: '/' })
// @ts-expect-error a scheme is one of four
gate.decide(message, { scheme: 'ftp' })
// @ts-expect-error a gate is opened
new Gate()

same<ReturnType<ReturnType<typeof origin.createCheck>>, Decision>(true)
origin.createCheck({ mode: 'list', allow: ['https://a.example'] })({ host: 'b.example' })

const verify = jwt.createVerifier({ key: 'secret', issuer: 'i', audience: ['a'] })
same<ReturnType<typeof verify>, Claims>(true)
const parse = jwt.createVerifier({ key: [{ id: 'k', secret: 's' }], claims: 'object' })
same<ReturnType<typeof parse>, { [name: string]: unknown }>(true)
const check = jwt.createVerifier({ key: 'secret', claims: 'none' })
same<ReturnType<typeof check>, void>(true)
// @ts-expect-error no such form
jwt.createVerifier({ key: 'secret', claims: 'all' })
// @ts-expect-error fast-jwt's name
jwt.createVerifier({ key: 'secret', allowedIss: 'i' })
// @ts-expect-error a verifier has a key
jwt.createVerifier({})
jwt.verify('t', 'k', { algorithms: ['HS512'] })
// @ts-expect-error a key names one algorithm
jwt.verify('t', 'k', { algorithms: ['HS256', 'HS512'] })
// @ts-expect-error an HMAC
jwt.sign({}, 'k', { algorithm: 'RS256' })
same<ReturnType<typeof jwt.sign>, string>(true)

same<ReturnType<typeof capability.find>, number | undefined>(true)
const redeemed = new Tickets({ ttl: 10 }).redeem('t')
if (redeemed.allowed) same<typeof redeemed.payload, string>(true)
else same<typeof redeemed.reason, Reason>(true)
new Tickets({ ttl: 10, capacity: 1000 })
// @ts-expect-error a capacity is a number
new Tickets({ ttl: 10, capacity: '3' })

try {
  gate.reload()
} catch (error) {
  if (error instanceof PolicyError) same<typeof error.line, number | undefined>(true)
  if (error instanceof Denied) same<typeof error.reason, Reason>(true)
}
for (const row of reasons) same<typeof row.name, Reason>(true)
same<ReturnType<typeof claimAt>, string | undefined>(true)

const wss = new WebSocketServer({ noServer: true })
same<ReturnType<typeof guardUpgrade>, () => void>(true)
const server = createServer()
guardUpgrade(server, wss, gate, { scheme: 'https', onDecision: (it) => it.allowed })
wss.on('connection', (socket, request) => {
  same<ReturnType<typeof principalOf>, Principal | undefined>(true)
  if (principalOf(request)?.hasScope('read')) socket.send('hello')
})
server.on('upgrade', (request, socket) => admitUpgrade(request, socket, gate))

const app = express()
app.use(expressGuard(gate, { stripCredential: true }))
app.get('/', (request, response) => {
  same<typeof request.doorward, Principal | undefined>(true)
  response.send(request.doorward?.id)
})

declare module 'fastify' {
  interface FastifyRequest {
    doorward: Principal
  }
}
const other = fastify()
other.register(fastifyGuard, { gate })
other.get('/', async (request) => request.doorward.id)
// @ts-expect-error the plugin needs a gate
other.register(fastifyGuard, {})

const decided = decideRequest(new Request('http://a.example'), gate)
if (!decided.allowed) same<ReturnType<typeof refusal>, Response>(true)
