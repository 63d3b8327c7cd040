'use strict'

// The native half: beside this package where it was built, or in the package of the platform.

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { version } = require('../package.json')
const { targets } = require('./target.js')

function load() {
  const causes = []
  const wanted = targets()
  for (const target of wanted) {
    const local = join(__dirname, '..', `doorward.${target}.node`)
    for (const name of existsSync(local) ? [local] : [`doorward-${target}`]) {
      try {
        return require(name)
      } catch (error) {
        causes.push(error)
      }
    }
  }
  const { platform, arch, versions } = process
  const message =
    `doorward: no binary for ${platform} ${arch} (Node ${versions.node}) could be loaded; looked for ` +
    `${wanted.join(', ')}. Was the package installed without its optional dependencies?`
  throw new AggregateError(causes, message)
}

const native = load()

if (native.version() !== version) {
  throw new Error(
    `doorward: the binary is of version ${native.version()}, the package of ${version}: install both anew`,
  )
}

module.exports = native
