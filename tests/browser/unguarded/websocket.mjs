// bindings/node/examples/websocket.mjs with doorward taken out.

import { createServer } from 'node:http'
import { WebSocketServer } from '../../../bindings/node/node_modules/ws/wrapper.mjs'

const [, port, host = '127.0.0.1'] = process.argv.slice(2)

const server = createServer((request, response) => {
  response.writeHead(426).end()
})
const wss = new WebSocketServer({ server, handleProtocols })
wss.on('connection', (socket) => {
  socket.on('message', (message, binary) => socket.send(message, { binary }))
})
server.listen(port, host, () => {
  const { address, port } = server.address()
  console.log(`listening on ${address}:${port}`)
})

/** Of what is offered, the one that is spoken here. */
function handleProtocols(offered) {
  return offered.has('echo.v1') ? 'echo.v1' : false
}
