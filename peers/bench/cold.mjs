// Verifies the token that its arguments name with npm's aws-jwt-verify, and exits.

import { get } from "node:http";
import { CognitoJwtVerifier } from "aws-jwt-verify";

const [userPoolId, , clientId, jwksUrl, token] = process.argv.slice(2);
const verifier = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: "access" });
// The global fetch would do as well, and takes longer to load.
const jwks = await new Promise((resolve, reject) =>
  get(jwksUrl, async (response) => resolve(Buffer.concat(await response.toArray()))).on("error", reject),
);
verifier.cacheJwks(JSON.parse(jwks));
verifier.verifySync(token);
process.exit(0); // without waiting for the connection
