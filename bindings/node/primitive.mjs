import module from './primitive.js'

export const {
  base64urlDecode,
  base64urlEncode,
  bearer,
  capabilityOf,
  challenge,
  claimAt,
  decideWithScratch,
  hostParse,
  jsonObject,
  jwsVerify,
  key,
  listen,
  stripCookie,
  stripQuery,
  stripSubprotocol,
  ticketTable,
} = module
