import module from './fastify.js'

export const { doorward } = module
