// Pages of six kinds try to use a victim's session with a guarded server, in a real browser: the application's own
// page comes in, all others do not. Then the same pages do the same twice more, and all of them come in: while the
// host and origin checks are off, so that the credential alone is no defence, and at the same server with doorward
// taken out, so that nothing but doorward stopped them.
//
//     node browser.mjs [--shots FOLDER] (--server NAME=COMMAND --unguarded NAME=COMMAND)...

import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { Server, parseProgram } from './servers.mjs'
import { Site } from './site.mjs'

const BROWSER = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  ignoreHTTPSErrors: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * 127.0.0.1',
  ],
}

const CAME_IN = 'capability in cookie:session'
const ATTEMPTS = ['WebSocket', 'API call', 'API call, no-cors']

// What the server's log must say of each page: WebSocket, a call whose answer the page may read, and one that
// it may not. A no-cors GET carries no Origin (Fetch standard), so Sec-Fetch-Site is what tells on it.
const PAGES = [
  { name: 'its own page', host: 'app.example.com', guarded: [CAME_IN, CAME_IN, CAME_IN] },
  {
    name: 'a sibling subdomain',
    host: 'blog.example.com',
    guarded: ['2205 origin_not_allowed', '2205 origin_not_allowed', '2207 fetch_site_forbidden'],
  },
  {
    name: 'a foreign site',
    host: 'evil.example',
    guarded: ['2205 origin_not_allowed', '2205 origin_not_allowed', '2207 fetch_site_forbidden'],
  },
  {
    name: 'a sandboxed frame',
    host: 'evil.example',
    sandbox: true,
    guarded: ['2204 origin_null', '2204 origin_null', '2207 fetch_site_forbidden'],
  },
  {
    name: 'its own name over http',
    host: 'app.example.com',
    plain: true,
    guarded: ['2205 origin_not_allowed', '2205 origin_not_allowed', '2207 fetch_site_forbidden'],
  },
  {
    name: 'a rebound name',
    host: 'rebound.example',
    guarded: ['2104 host_not_allowed', '2104 host_not_allowed', '2104 host_not_allowed'],
    // Its cookies are not the victim's: without the checks it comes in by the address alone.
    open: ['anonymous', 'anonymous', 'anonymous'],
  },
]

const SHOTS = ['attack-after.png', undefined, 'attack-before.png']

const CHECKS_OFF =
  '[host]\nunchecked = true\n[origin]\nmode = "off"\n[credential]\nanonymous = true\n'

/** The three ways in which each server is attacked; what the log must say of a page, if there is a log. */
const ROUNDS = [
  {
    name: 'guarded',
    checks: (site) =>
      `[host]\nallow = ["${site.app}"]\ntrusted_proxies = ["127.0.0.1/32"]\n[credential]\n`,
    log: (page) => page.guarded,
  },
  {
    name: 'with the host and origin checks off',
    checks: () => CHECKS_OFF,
    log: (page) => page.open ?? [CAME_IN, CAME_IN, CAME_IN],
  },
  { name: 'with doorward taken out', checks: () => CHECKS_OFF, bare: true },
]

/** Opens a page and has it try: whether the socket answered, what the application did, and what its log says. */
async function visit(context, site, server, { host, plain, sandbox }, { bare }, shot) {
  const tab = await context.newPage()
  const port = plain ? site.plainPort : site.securePort
  await tab.goto(`http${plain ? '' : 's'}://${host}:${port}/${sandbox ? 'sandbox' : 'page'}`)
  const frame = sandbox ? tab.frames()[1] : tab.mainFrame()
  site.answers = []
  const log = []
  const answered = await frame.evaluate(() => globalThis.openSocket())
  if (shot) await tab.screenshot({ path: shot, clip: { x: 0, y: 0, width: 980, height: 160 } })
  if (!bare) log.push(await server.nextLine())
  for (const mode of ['cors', 'no-cors']) {
    await frame.evaluate((mode) => globalThis.callApi(mode).then(() => {}), mode)
    if (!bare) log.push(await server.nextLine())
  }
  await tab.close()
  return { answered, log, answers: site.answers }
}

/** What is wrong with what a page came to; `own` is what the application answers its own page. */
function faults(page, round, { answered, log, answers }, own) {
  const expected = round.log?.(page)
  const comesIn = !expected || !/^\d/.test(expected[0])
  const wrong = []
  if (answered !== comesIn) wrong.push(answered ? 'the socket answers' : 'the socket is silent')
  expected?.forEach((line, at) => {
    if (!log[at].startsWith(line)) wrong.push(`${ATTEMPTS[at]}: ${log[at]}`)
  })
  // A rebound name is another site's: the victim's cookie stays at home, and the attack needs none.
  const session = page.host !== 'rebound.example'
  ATTEMPTS.forEach((attempt, at) => {
    const { status, session: carried } = answers[at] ?? {}
    const due = comesIn ? own.answers[at]?.status : 403
    if (status !== due) wrong.push(`${attempt}: ${status}, not ${due}`)
    if (comesIn && page.host === 'app.example.com' && [401, 403].includes(status))
      wrong.push(`${attempt}: ${status}`)
    if (carried !== session) wrong.push(`${attempt}: ${carried ? 'the' : 'no'} cookie`)
  })
  return wrong
}

/** A browser whose profile lets cookies with SameSite=None go to other sites; a private window never does. */
async function victim(folder, token) {
  const profile = mkdtempSync(join(folder, 'profile-'))
  mkdirSync(join(profile, 'Default'))
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(profile, BROWSER)
  const cookie = { name: 'session', value: token, domain: 'app.example.com', path: '/' }
  await context.addCookies([{ ...cookie, secure: true, httpOnly: true, sameSite: 'None' }])
  return context
}

async function attack(site, program, round, { folder, digest, token, shots }) {
  const file = join(folder, 'policy.toml')
  const rest = `places = ["cookie:session"]\n[[capability]]\nid = "victim"\nsha256 = "${digest}"\n`
  writeFileSync(file, round.checks(site) + rest)
  const server = await Server.start(program, file)
  site.upstream = server.port
  const context = await victim(folder, token)
  const count = { passed: 0, failed: 0 }
  try {
    let own
    for (const page of PAGES) {
      const shot = page.name === 'a foreign site' && shots && SHOTS[ROUNDS.indexOf(round)]
      const seen = await visit(context, site, server, page, round, shot && join(shots, shot))
      own ??= seen
      const wrong = faults(page, round, seen, own)
      count[wrong.length === 0 ? 'passed' : 'failed'] += 1
      const told = wrong.length > 0 ? wrong.join('; ') : (seen.log[0] ?? seen.answers[0].status)
      const verdict = `${wrong.length > 0 ? 'WRONG' : 'ok   '}  ${page.name.padEnd(24)} ${seen.answered ? 'in ' : 'out'}`
      console.log(`    ${verdict}  ${told}`)
    }
  } finally {
    await context.close()
    server.stop()
  }
  return count
}

const { values } = parseArgs({
  options: {
    server: { type: 'string', multiple: true, default: [] },
    unguarded: { type: 'string', multiple: true, default: [] },
    shots: { type: 'string' },
  },
})
const programs = values.server.map(parseProgram)
const unguarded = new Map(
  values.unguarded.map(parseProgram).map((program) => [program.name, program]),
)
const folder = mkdtempSync(join(tmpdir(), 'doorward-browser-'))
const token = randomBytes(32).toString('base64url')
const digest = createHash('sha256').update(token).digest('hex')
const site = await Site.open(folder)
const total = { passed: 0, failed: 0 }
try {
  for (const program of programs) {
    for (const round of ROUNDS) {
      console.log(`${program.name}, ${round.name}`)
      const attacked = round.bare ? unguarded.get(program.name) : program
      if (!attacked) throw new Error(`${program.name} has no --unguarded`)
      const options = {
        folder,
        digest,
        token,
        shots: program === programs[0] ? values.shots : undefined,
      }
      const { passed, failed } = await attack(site, attacked, round, options)
      total.passed += passed
      total.failed += failed
    }
  }
} finally {
  site.close()
  rmSync(folder, { recursive: true })
}
console.log(`browser: ${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
