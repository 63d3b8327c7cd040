'use strict'

// Writes what is published: the package without a binary, and the package of this platform, by napi's
// convention. `node scripts/release.js DIR`

const { cpSync, mkdirSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { targets } = require('../lib/target.js')

/** The platforms that a release has binaries for. */
const PLATFORMS = {
  'linux-x64-gnu': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
  'linux-x64-musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'linux-arm64-gnu': { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] },
  'linux-arm64-musl': { os: ['linux'], cpu: ['arm64'], libc: ['musl'] },
  'darwin-x64': { os: ['darwin'], cpu: ['x64'] },
  'darwin-arm64': { os: ['darwin'], cpu: ['arm64'] },
  'win32-x64-msvc': { os: ['win32'], cpu: ['x64'] },
}

const root = join(__dirname, '..')
const manifest = require('../package.json')

function writeManifest(folder, fields) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(fields, null, 2)}\n`)
}

function writePackage(folder) {
  const { devDependencies: _, scripts: __, files, ...fields } = manifest
  const names = Object.keys(PLATFORMS).map((target) => [`doorward-${target}`, manifest.version])
  for (const pattern of ['lib', 'README.md', 'DIFFERENCES.md', ...sources()]) {
    cpSync(join(root, pattern), join(folder, pattern), { recursive: true })
  }
  writeManifest(folder, {
    ...fields,
    files: files.filter((pattern) => pattern !== '*.node'),
    optionalDependencies: Object.fromEntries(names),
  })
}

/** The files of the package's entries, each with its types. */
function sources() {
  return Object.values(manifest.exports)
    .filter((entry) => typeof entry === 'object')
    .flatMap((entry) => Object.values(entry).flatMap((one) => Object.values(one)))
}

function writePlatform(folder, target) {
  const binary = `doorward.${target}.node`
  cpSync(join(root, binary), join(folder, binary))
  const { version, license, repository, engines } = manifest
  writeManifest(folder, {
    name: `doorward-${target}`,
    version,
    description: `The binary of doorward for ${target}`,
    license,
    repository,
    main: binary,
    files: [binary],
    engines,
    ...PLATFORMS[target],
  })
  writeFileSync(join(folder, 'README.md'), `The binary of doorward for ${target}.\n`)
}

const [into] = process.argv.slice(2)
if (into === undefined) throw new Error('usage: node scripts/release.js DIR')
const [target] = targets()
if (!Object.hasOwn(PLATFORMS, target)) throw new Error(`no release for ${target}`)
for (const [name, write] of [
  ['doorward', writePackage],
  [`doorward-${target}`, (folder) => writePlatform(folder, target)],
]) {
  const folder = join(into, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  write(folder)
  console.log(folder)
}
