import doorward from './index.js'

export const {
  Claims,
  Denied,
  Undecided,
  UsageError,
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
