// An echo server over WebSocket, guarded by a policy file. SIGHUP makes it read the policy again.
//
//     node examples/websocket.mjs policy.toml 8080 [127.0.0.1]

import { createServer } from 'node:http'
import { Gate } from 'doorward'
import { guardUpgrade } from 'doorward/upgrade'
import { WebSocketServer } from 'ws'

const [policy, port, host = '127.0.0.1'] = process.argv.slice(2)

const gate = attempt('not started', () => {
  const gate = Gate.open(policy)
  // Refuses to be open to other machines without any credential.
  gate.startupCheck(`${host}:${port}`)
  return gate
})
if (!gate) process.exit(1)

const server = createServer((request, response) => {
  const decision = gate.decide(request)
  log(decision)
  response.writeHead(decision.allowed ? 426 : decision.status).end()
})
const wss = new WebSocketServer({ noServer: true, handleProtocols })
guardUpgrade(server, wss, gate, { onDecision: log })
wss.on('connection', (socket) => {
  socket.on('message', (message, binary) => socket.send(message, { binary }))
})
server.listen(port, host, () => {
  const { address, port } = server.address()
  console.log(`listening on ${address}:${port}`)
})

process.on('SIGHUP', () => {
  const done = attempt('old rules kept', () => gate.reload())
  if (done) console.log('new rules')
})

/** Of what is offered, the one that is spoken here. */
function handleProtocols(offered) {
  return offered.has('echo.v1') ? 'echo.v1' : false
}

function log(decision) {
  if (decision.allowed) {
    console.log(`allowed kind=${decision.principal.kind} place=${decision.principal.place}`)
  } else {
    console.log(`refused code=${decision.code} reason=${decision.reason}`)
  }
}

function attempt(otherwise, action) {
  try {
    return action()
  } catch (error) {
    console.error(`${otherwise} code=${error.code} reason=${error.reason} ${error.message}`)
  }
}
