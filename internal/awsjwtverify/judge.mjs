// Judges tokens with npm's aws-jwt-verify, set up as its README says.
//
// Standard input is lines of JSON: the settings, and then one string for each
// token. The answers are lines of JSON too, in the tokens' order:
// {"valid":true,"claims":{…}} or {"valid":false,"error":"JwtExpiredError"}.

import { readFileSync } from "node:fs";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";

const [settings, ...tokens] = readFileSync(0, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));
const { jwksUri, issuer, at, options } = settings;

// The README: "Verifying JWTs from Amazon Cognito", and for an issuer that is
// not AWS's own, "Using the generic JWT verifier for Cognito JWTs".
const verifier =
  issuer === undefined
    ? CognitoJwtVerifier.create(options)
    : JwtVerifier.create({
        issuer,
        jwksUri,
        audience: null,
        customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, options),
      });

// The README: "Loading the JWKS from file". The library itself fetches over
// https only, and these keys are on the loopback interface.
verifier.cacheJwks(await (await fetch(jwksUri)).json());

// Both verifiers judge as of the same time.
Date.now = () => at * 1000;

for (const token of tokens) {
  console.log(JSON.stringify(judge(token)));
}

function judge(token) {
  try {
    return { valid: true, claims: verifier.verifySync(token) };
  } catch (error) {
    return { valid: false, error: error.constructor.name };
  }
}
