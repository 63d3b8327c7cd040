import module from './upgrade.js'

export const { admitUpgrade, guardUpgrade } = module
