// Pages of six kinds try to use a victim's session with a guarded server, in a real browser: the application's own
// page comes in, all others do not. Then the same pages do the same while the host and origin checks are off, and
// all of them come in: so the attacks are real.
//
//     node browser.mjs [--shots FOLDER] --server NAME=COMMAND...

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Server, parseProgram } from './servers.mjs';
import { Site } from './site.mjs';

const BROWSER = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  ignoreHTTPSErrors: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * 127.0.0.1',
  ],
};

const CAME_IN = 'capability in cookie:session';
const ATTEMPTS = ['WebSocket', 'API call', 'API call, no-cors'];

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
];

function policy(site, digest, guarded) {
  const checks = guarded
    ? `[host]\nallow = ["${site.app}"]\ntrusted_proxies = ["127.0.0.1/32"]\n[credential]\n`
    : '[host]\nunchecked = true\n[origin]\nmode = "off"\n[credential]\nanonymous = true\n';
  return `${checks}places = ["cookie:session"]\n[[capability]]\nid = "victim"\nsha256 = "${digest}"\n`;
}

/** Opens a page and has it try; what the log says of each attempt, and whether the socket answered. */
async function visit(context, site, server, { host, plain, sandbox }, shot) {
  const tab = await context.newPage();
  const port = plain ? site.plainPort : site.securePort;
  await tab.goto(`http${plain ? '' : 's'}://${host}:${port}/${sandbox ? 'sandbox' : 'page'}`);
  const frame = sandbox ? tab.frames()[1] : tab.mainFrame();
  const answered = await frame.evaluate(() => window.openSocket());
  if (shot) await tab.screenshot({ path: shot, clip: { x: 0, y: 0, width: 980, height: 160 } });
  const log = [await server.nextLine()];
  for (const mode of ['cors', 'no-cors']) {
    await frame.evaluate((mode) => window.callApi(mode).then(() => {}), mode);
    log.push(await server.nextLine());
  }
  await tab.close();
  return { log, answered };
}

async function round(site, program, { folder, digest, token, guarded, shots }) {
  const file = join(folder, 'policy.toml');
  writeFileSync(file, policy(site, digest, guarded));
  const server = await Server.start(program, file);
  site.upstream = server.port;
  const profile = mkdtempSync(join(folder, 'profile-'));
  mkdirSync(join(profile, 'Default'));
  // Cookies with SameSite=None go to other sites only where the profile lets them; a private window never does.
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, BROWSER);
  const cookie = { name: 'session', value: token, domain: 'app.example.com', path: '/' };
  await context.addCookies([{ ...cookie, secure: true, httpOnly: true, sameSite: 'None' }]);
  const count = { passed: 0, failed: 0 };
  try {
    for (const page of PAGES) {
      const attack = page.name === 'a foreign site' && shots;
      const shot = attack && join(shots, `attack-${guarded ? 'after' : 'before'}.png`);
      const { log, answered } = await visit(context, site, server, page, shot);
      const expected = guarded ? page.guarded : (page.open ?? [CAME_IN, CAME_IN, CAME_IN]);
      const comesIn = !/^\d/.test(expected[0]);
      const right = log.every((line, at) => line.startsWith(expected[at])) && answered === comesIn;
      count[right ? 'passed' : 'failed'] += 1;
      const told = right ? log[0] : log.map((line, at) => `${ATTEMPTS[at]}: ${line}`).join('; ');
      console.log(`    ${right ? 'ok   ' : 'WRONG'}  ${page.name.padEnd(24)} ${answered ? 'in ' : 'out'}  ${told}`);
    }
  } finally {
    await context.close();
    server.stop();
  }
  return count;
}

const { values } = parseArgs({
  options: { server: { type: 'string', multiple: true, default: [] }, shots: { type: 'string' } },
});
const programs = values.server.map(parseProgram);
const folder = mkdtempSync(join(tmpdir(), 'doorward-browser-'));
const token = randomBytes(32).toString('base64url');
const digest = createHash('sha256').update(token).digest('hex');
const site = await Site.open(folder);
const total = { passed: 0, failed: 0 };
try {
  for (const program of programs) {
    for (const guarded of [true, false]) {
      console.log(`${program.name}, ${guarded ? 'guarded' : 'with the host and origin checks off'}`);
      const options = { folder, digest, token, guarded, shots: program === programs[0] ? values.shots : undefined };
      const { passed, failed } = await round(site, program, options);
      total.passed += passed;
      total.failed += failed;
    }
  }
} finally {
  site.close();
  rmSync(folder, { recursive: true });
}
console.log(`browser: ${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
