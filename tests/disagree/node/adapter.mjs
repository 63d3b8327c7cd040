// Puts the cases on standard input to one library of Node's. usage: node adapter.mjs LIBRARY
// Each line is a case (corpus.py); each answer is "id TAB accept|refuse TAB the library's words".

import { createInterface } from 'node:readline';

import { Algorithm, verifySync } from '@node-rs/jsonwebtoken';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';

const libraries = {
  // https://github.com/auth0/node-jsonwebtoken#readme, jwt.verify
  jsonwebtoken: (question, token, secret) =>
    jsonwebtoken.verify(token, secret, {
      algorithms: [question.algorithm],
      clockTimestamp: question.now,
      clockTolerance: question.leeway,
      ...given({ issuer: question.issuer, audience: question.audience, subject: question.subject }),
      ...given({ maxAge: question.max_age }),
    }),

  // dist/types/types.d.ts, JWTClaimVerificationOptions
  jose: (question, token, secret) =>
    jwtVerify(token, secret, {
      algorithms: [question.algorithm],
      currentDate: new Date(question.now * 1000),
      clockTolerance: question.leeway,
      requiredClaims: question.required,
      ...given({ issuer: question.issuer, audience: question.audience, subject: question.subject }),
      ...given({ typ: question.typ, maxTokenAge: question.max_age }),
    }),

  // README.md, createVerifier. Its times are milliseconds; `checkTyp` is compared in lower case, without `application/`.
  'fast-jwt': (question, token, secret) =>
    createVerifier({
      key: secret,
      algorithms: [question.algorithm],
      cache: false,
      clockTimestamp: question.now * 1000,
      clockTolerance: question.leeway * 1000,
      requiredClaims: requiredOf(question),
      ...given({ allowedIss: question.issuer, allowedAud: question.audience, allowedSub: question.subject }),
      ...given({ checkTyp: question.typ?.toLowerCase().replace(/^application\//, '') }),
      ...given({ maxAge: question.max_age === null ? null : question.max_age * 1000 }),
    })(token),

  // index.d.ts, Validation. `validateNbf` is off by default.
  '@node-rs/jsonwebtoken': (question, token, secret) =>
    verifySync(token, secret, {
      algorithms: [Algorithm[question.algorithm]],
      leeway: question.leeway,
      validateNbf: true,
      requiredSpecClaims: requiredOf(question),
      ...given({ iss: list(question.issuer), aud: question.audience, sub: question.subject }),
    }),
};

// Their own options do not demand the claim that they compare.
function requiredOf(question) {
  const compared = { iss: question.issuer, aud: question.audience, sub: question.subject, iat: question.max_age };
  return [...question.required, ...Object.keys(given(compared))];
}

function given(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined));
}

function list(value) {
  return value === null ? null : [value];
}

const verify = libraries[process.argv[2]];
if (verify === undefined) {
  throw new Error(`no such library: ${process.argv[2]}`);
}
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  // Node's HTTP server gives a header's bytes as Latin-1.
  const token = Buffer.from(question.token, 'hex').toString('latin1');
  let answer;
  try {
    await verify(question, token, Buffer.from(question.secret, 'hex'));
    answer = 'accept\t';
  } catch (error) {
    answer = `refuse\t${JSON.stringify(`${error.name}: ${error.message}`)}`;
  }
  process.stdout.write(`${question.id}\t${answer}\n`);
}
