import module from './express.js'

export const { doorward } = module
