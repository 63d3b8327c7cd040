// The pages, and the proxy that ends TLS before the server: what a browser sees of the internet in this test. All
// names lead here; the Host line and the port tell which site is meant.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'

/** A page that tries to open the WebSocket and to call the API of the application. */
function page(app) {
  return `<!doctype html><meta charset="utf-8"><title>a page</title>
<style>body{font:20px/1.5 sans-serif;margin:2em}h1{font-size:24px}.got{color:#b00020}.no{color:#00701a}</style>
<h1></h1><p>The WebSocket of app.example.com, with the visitor's session: <b></b>
<script>
document.querySelector('h1').textContent = 'A page of ' + location.origin + (self.origin === 'null' ? ', sandboxed' : '');
const app = '${app}' || location.host;
window.openSocket = () => new Promise((resolve) => {
  const end = (text, got) => {
    const place = document.querySelector('b');
    place.textContent = text;
    place.className = got ? 'got' : 'no';
    resolve(got);
  };
  const socket = new WebSocket('wss://' + app + '/ws');
  socket.onopen = () => socket.send('hello');
  socket.onmessage = ({ data }) => { end('open, and it answers', data === 'hello'); socket.close(); };
  socket.onerror = () => end('refused', false);
});
window.callApi = (mode) =>
  fetch('https://' + app + '/ws', { credentials: 'include', mode, cache: 'no-store' }).catch(() => {});
</script>`
}

const SANDBOX = `<!doctype html><meta charset="utf-8"><title>a page</title>
<iframe sandbox="allow-scripts" src="/page" style="width:100%;height:300px"></iframe>`

/** A key and a certificate of its own, which the browser is told to take. */
function certificate(folder) {
  const [key, cert] = ['tls.key', 'tls.crt'].map((name) => join(folder, name))
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=app.example.com',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  )
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

export class Site {
  #servers
  /** The application's port, set before each round. */
  upstream = 0
  /** What it answered, in the order of the answers: the status, and whether the victim's cookie stood in the request. */
  answers = []

  static async open(folder) {
    const site = new Site()
    const secure = https.createServer(certificate(folder), (request, response) =>
      site.#answer(request, response),
    )
    const plain = http.createServer((request, response) => site.#answer(request, response))
    secure.on('upgrade', (request, socket, head) => site.#forward(request, socket, head))
    site.#servers = [secure, plain]
    for (const server of site.#servers) {
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
    ;[site.securePort, site.plainPort] = site.#servers.map((server) => server.address().port)
    site.app = `app.example.com:${site.securePort}`
    return site
  }

  close() {
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
  }

  #answer(request, response) {
    const rebound = request.headers.host?.startsWith('rebound.')
    if (request.url === '/page' || request.url === '/sandbox') {
      response.setHeader('Content-Type', 'text/html')
      return response.end(request.url === '/page' ? page(rebound ? '' : this.app) : SANDBOX)
    }
    if (request.url !== '/ws') {
      response.statusCode = 404
      return response.end()
    }
    const onward = http.request(this.#onward(request), (answer) => {
      this.#note(request, answer)
      response.writeHead(answer.statusCode, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }

  #forward(request, socket, head) {
    const onward = http.request(this.#onward(request))
    const lines = (answer) => {
      const pairs = answer.rawHeaders.map((text, at) =>
        at % 2 === 0 ? `${text}: ` : `${text}\r\n`,
      )
      return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${pairs.join('')}\r\n`
    }
    onward.on('upgrade', (answer, other, first) => {
      this.#note(request, answer)
      socket.write(lines(answer))
      socket.write(first)
      other.write(head)
      other.pipe(socket).pipe(other)
      other.on('error', () => socket.destroy())
    })
    onward.on('response', (answer) => {
      this.#note(request, answer)
      socket.write(lines(answer))
      answer.pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    onward.end()
  }

  #note({ headers }, { statusCode }) {
    this.answers.push({ status: statusCode, session: /\bsession=/.test(headers.cookie ?? '') })
  }

  /** The request as it came, with the one line that a proxy which ends TLS adds. */
  #onward({ method, url, rawHeaders }) {
    const headers = [...rawHeaders, 'X-Forwarded-Proto', 'https']
    return { host: '127.0.0.1', port: this.upstream, method, path: url, headers }
  }
}
