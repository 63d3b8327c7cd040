import module from './upgrade.js'

export const { admitUpgrade, guardUpgrade, principalOf } = module
