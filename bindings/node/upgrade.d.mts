export * from './upgrade.js'
