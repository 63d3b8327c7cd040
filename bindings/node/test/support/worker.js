'use strict'

const { parentPort, workerData } = require('node:worker_threads')
const { HOST, gate, signed } = require('./http.js')

const { rounds, n } = workerData
const theGate = gate()
const rawHeaders = ['Host', HOST, 'Authorization', `Bearer ${signed({ sub: `worker-${n}` })}`]
const seen = { allowed: 0, refused: 0 }
for (let round = 0; round < rounds; round += 1) {
  const good = theGate.decide({ method: 'GET', url: '/', rawHeaders })
  if (good.allowed && good.principal.id === `worker-${n}`) seen.allowed += 1
  const bad = theGate.decide({ method: 'GET', url: '/', rawHeaders: rawHeaders.slice(0, 2) })
  if (bad.reason === 'credential_missing') seen.refused += 1
}
parentPort.postMessage(seen)
