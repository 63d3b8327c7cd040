'use strict'

// The package as somebody gets it: packed, installed in an empty folder, and the example of each README
// run from there.

const assert = require('node:assert')
const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { capability, jwt } = require('doorward')
const { PATIENCE, handshake, sendRaw } = require('./support/http.js')

const ROOT = path.join(__dirname, '..')
const MODULES = path.join(ROOT, 'node_modules')
const timeout = 120_000

const npm = (folder, ...args) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    encoding: 'utf8',
    timeout,
    shell: process.platform === 'win32',
  })

function empty(context) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorward-'))
  context.after(() => fs.rmSync(folder, { recursive: true }))
  return folder
}

/** Installs tarballs in an empty folder, which needs no registry: the package has no dependency. */
function install(context, folders) {
  const folder = empty(context)
  const tarballs = folders.map((from) => npm(from, 'pack', '--pack-destination', folder).trim())
  fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true}')
  npm(folder, 'install', '--offline', ...tarballs.map((name) => `./${name}`))
  return folder
}

/** Puts packages of the tests beside it: `ws`, which the example serves with, and types. */
function borrow(folder, names) {
  for (const name of names) {
    fs.cpSync(path.join(MODULES, name), path.join(folder, 'node_modules', name), {
      recursive: true,
    })
  }
}

/** The first code block of a language. */
function block(page, language) {
  const [, rest] = page.split(`\`\`\`${language}\n`)
  assert.ok(rest, `no ${language} block`)
  return rest.split('```')[0]
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** The example in each form of module. The compiler makes that of `.ts`. */
const FORMS = {
  '.mjs': (source) => source,
  '.cjs': (source) => source.replace(/^import (\{.*?\}) from ('.*?')$/gm, 'const $1 = require($2)'),
  '.ts': (source) => source,
}

async function serve(context, folder, extension, source) {
  const file = path.join(folder, `server${extension}`)
  const port = await freePort()
  fs.writeFileSync(file, FORMS[extension](source).replace('8080', String(port)))
  let program = file
  if (extension === '.ts') {
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}')
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node']
    execFileSync(process.execPath, [path.join(MODULES, 'typescript/bin/tsc'), ...flags, file], {
      cwd: folder,
      timeout,
      stdio: 'inherit',
    })
    program = file.replace('.ts', '.js')
  }
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  context.after(() => {
    child.kill()
    return once(child, 'exit')
  })
  await reachable(port, child)
  return port
}

async function reachable(port, child) {
  const end = Date.now() + PATIENCE
  while (Date.now() < end) {
    assert.strictEqual(child.exitCode, null, 'the server ended')
    const socket = net.connect(port, '127.0.0.1')
    const connected = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true))
      socket.on('error', () => resolve(false))
    })
    socket.destroy()
    if (connected) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail('the server does not listen')
}

const TOKEN = capability.generate()
const SECRET = capability.generate()

function writePolicy(folder, page) {
  fs.writeFileSync(path.join(folder, 'policy.toml'), block(page, 'toml'))
  fs.writeFileSync(path.join(folder, 'ci.token'), TOKEN, { mode: 0o600 })
  fs.writeFileSync(path.join(folder, 'jwt.secret'), SECRET, { mode: 0o600 })
}

async function answers(port) {
  const ask = (...lines) => sendRaw(port, handshake(['Host: app.example.com', ...lines]))
  assert.match(await ask(`Authorization: Bearer ${TOKEN}`), /^HTTP\/1.1 101 /)
  assert.match(await ask(), /^HTTP\/1.1 401 .*www-authenticate: Bearer realm="doorward"\r\n/s)
  assert.match(await ask('Authorization: Bearer wrong'), /^HTTP\/1.1 401 .*error="invalid_token"/s)
  const evil = `Authorization: Bearer ${TOKEN}\r\nOrigin: https://evil.example`
  assert.match(await ask(evil), /^HTTP\/1.1 403 /)
}

test('the tarball installs in an empty folder, and the examples run', { timeout }, async (t) => {
  const folder = install(t, [ROOT])
  borrow(folder, ['ws', '@types/ws', '@types/node', 'undici-types'])
  await t.test('of the first page', { timeout }, (inner) => firstPage(inner, folder))
  const page = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')
  writePolicy(folder, page)
  for (const extension of ['.mjs', '.cjs', '.ts']) {
    await t.test(extension, { timeout }, async (inner) => {
      await answers(await serve(inner, folder, extension, block(page, 'js')))
    })
  }
})

test('what is published is two packages, and they find each other', { timeout }, async (t) => {
  const into = empty(t)
  const folders = execFileSync(process.execPath, [path.join(ROOT, 'scripts/release.js'), into], {
    encoding: 'utf8',
  })
  const [main, platform] = folders.trim().split('\n')
  const folder = install(t, [main, platform])
  const run = (...args) => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  assert.match(run('-p', "require('doorward').capability.generate()"), /^[\w-]{43}\n$/)
  assert.deepStrictEqual(
    fs.readdirSync(path.join(folder, 'node_modules/doorward')).filter((it) => it.endsWith('.node')),
    [],
  )
  const alone = install(t, [main])
  assert.throws(
    () =>
      execFileSync(process.execPath, ['-e', "require('doorward')"], { cwd: alone, stdio: 'pipe' }),
    (error) => {
      const { platform: system, arch } = process
      return `${error.stderr}`.includes(`doorward: no binary for ${system} ${arch}`)
    },
  )
})

/** The example of the repository's first page, under the policy there. */
async function firstPage(t, folder) {
  const page = fs.readFileSync(path.join(ROOT, '../../README.md'), 'utf8')
  writePolicy(folder, page)
  const port = await serve(t, folder, '.mjs', block(page, 'js'))
  await answers(port)
  const alice = jwt.sign({ sub: 'alice' }, SECRET, {
    keyid: '2026-11',
    issuer: 'https://issuer.example',
    audience: 'app',
    expiresIn: 60,
  })
  const lines = ['Host: app.example.com', `Authorization: Bearer ${alice}`]
  const greeting = /^HTTP\/1.1 101 .*hello alice/s
  assert.match(await sendRaw(port, handshake(lines), greeting), greeting)
}
