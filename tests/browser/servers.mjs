// Servers as programs: started with a policy file and port 0, they say where they listen. What guards one logs a
// line of key=value a request.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const START_MS = 60_000
const LINE_MS = 5_000

/** `NAME=COMMAND`, the words of the command apart by spaces. */
export function parseProgram(text) {
  const [name, ...command] = text.split('=')
  const words = command.join('=').split(' ').filter(Boolean)
  if (!name || words.length === 0) throw new Error('--server takes NAME=COMMAND')
  return { name, words }
}

/** Who came in where, or the number and name of why not; `undefined` for a line about something else. */
export function readLog(line) {
  const field = (key) => line.match(new RegExp(`(?:^|[\\s.])${key}="?([^\\s"]+)"?`))?.[1]
  if (field('code') && field('reason')) return `${field('code')} ${field('reason')}`
  if (field('kind') && field('place')) return `${field('kind')} in ${field('place')}`
  return field('kind')
}

export class Server {
  #child
  #lines = []
  #waiting = []

  static async start({ name, words: [command, ...rest] }, policy) {
    const server = new Server()
    server.#child = spawn(command, [...rest, policy, '0'], { stdio: ['ignore', 'pipe', 'pipe'] })
    server.port = await new Promise((resolve, reject) => {
      const said = []
      const timer = setTimeout(
        () => reject(new Error(`${name} does not listen: ${said}`)),
        START_MS,
      )
      const see = (line) => {
        said.push(line)
        const port = line.match(/listening on 127\.0\.0\.1:(\d+)/)?.[1]
        if (port) {
          clearTimeout(timer)
          resolve(Number(port))
        }
        const entry = readLog(line)
        if (entry) server.#take(entry)
      }
      createInterface({ input: server.#child.stdout }).on('line', see)
      createInterface({ input: server.#child.stderr }).on('line', see)
      server.#child.once('error', reject)
      server.#child.once('exit', () => reject(new Error(`${name} ended: ${said.join(' | ')}`)))
    })
    return server
  }

  #take(entry) {
    const next = this.#waiting.shift()
    if (next) next(entry)
    else this.#lines.push(entry)
  }

  /** What the log says next; or says already, if nobody has asked yet. */
  nextLine() {
    if (this.#lines.length > 0) return Promise.resolve(this.#lines.shift())
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('nothing in the log'), LINE_MS)
      this.#waiting.push((entry) => {
        clearTimeout(timer)
        resolve(entry)
      })
    })
  }

  stop() {
    this.#child.kill()
  }
}
