// Tokens of exact sizes: the claims of `benches/src/lib.rs`, of this hour.

import doorward from '../../bindings/node/index.js'

export const NOW = Math.floor(Date.now() / 1000)
export const SECRET = "a benchmark's secret, which everybody knows, 64 bytes long......"
export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'mux'

/** As many tokens as rotate, so that no branch predictor learns one by heart. */
export const DISTINCT = 256

/** Bytes of JSON that make an HS256 token of so many bytes. */
export const SIZES = new Map([
  [281, 150],
  [1036, 716],
  [8192, 6083],
])

function claims(index, bytes) {
  const jti = ((index * 40_503) & 0xff_ffff).toString(16).padStart(6, '0')
  const sub = `u-${String(index).padStart(4, '0')}`
  let json = `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"${sub}","exp":${NOW + 36_000},"nbf":${NOW},"iat":${NOW - index},"jti":"${jti}"`
  if (bytes >= 716) {
    const permissions = Array.from(
      { length: 16 },
      (_, n) => `workspace:${String(n).padStart(2, '0')}:read`,
    )
    json += `,"name":"Example User","email":"user@example.com","tenant":{"id":42,"plan":"team","regions":["eu","us"]},"permissions":${JSON.stringify(permissions)}`
  }
  if (bytes >= 6083) {
    const grants = Array.from({ length: 100 }, (_, id) => ({
      id,
      resource: `workspace:${String(id).padStart(3, '0')}`,
      rw: true,
    }))
    json += `,"grants":${JSON.stringify(grants)}`
  }
  json += ',"scope":"mux:'
  const missing = bytes - json.length - 2
  return `${json}${Array.from({ length: missing }, (_, n) => (n % 9 === 8 ? ' ' : 'r')).join('')}"}`
}

export function tokens(size) {
  const all = Array.from({ length: DISTINCT }, (_, index) =>
    doorward.jwt.sign(claims(index, SIZES.get(size)), SECRET),
  )
  if (all.some((token) => token.length !== size)) throw new Error(`not all have ${size} bytes`)
  return all
}

/** The headers of a browser's upgrade, as Node's parser gives them. */
export function upgrade(token) {
  return {
    method: 'GET',
    url: '/ws?room=1',
    socket: { encrypted: true, remoteAddress: '203.0.113.9' },
    rawHeaders: [
      ['Host', 'app.example.com'],
      ['Connection', 'Upgrade'],
      ['Pragma', 'no-cache'],
      ['Cache-Control', 'no-cache'],
      ['Authorization', `Bearer ${token}`],
      [
        'User-Agent',
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
      ],
      ['Upgrade', 'websocket'],
      ['Origin', 'https://app.example.com'],
      ['Sec-WebSocket-Version', '13'],
      ['Accept-Encoding', 'gzip, deflate, br, zstd'],
      ['Accept-Language', 'en-GB,en;q=0.9'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ]
      .flat()
      // Its strings are of this request alone, so that none is known by its address.
      .map((text) => Buffer.from(text).toString('latin1')),
  }
}
