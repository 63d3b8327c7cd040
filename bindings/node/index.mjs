import doorward from './index.js'

export const {
  Claims,
  Denied,
  Gate,
  PolicyError,
  Principal,
  Tickets,
  capability,
  jwt,
  origin,
  reasons,
  version,
} = doorward
