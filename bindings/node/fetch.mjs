import module from './fetch.js'

export const { decideRequest, refusal } = module
