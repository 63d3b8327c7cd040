'use strict'

/** The platforms whose binaries could run here, as napi names them; the likeliest first. */
function targets({ platform, arch, report } = process) {
  if (platform === 'win32') return [`win32-${arch}-msvc`]
  if (platform !== 'linux') return [`${platform}-${arch}`]
  return isGlibc(report)
    ? [`linux-${arch}-gnu`, `linux-${arch}-musl`]
    : [`linux-${arch}-musl`, `linux-${arch}-gnu`]
}

/** Whether Node itself was linked with glibc. */
function isGlibc(report) {
  // Otherwise the report asks the network for the names of every peer.
  if (report) report.excludeNetwork = true
  return report?.getReport?.().header?.glibcVersionRuntime !== undefined
}

module.exports = { targets }
