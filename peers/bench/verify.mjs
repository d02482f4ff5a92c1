// Times npm's aws-jwt-verify. Standard input is one JSON object: the pool, its
// tokens by kind, and for how many milliseconds each is to be verified. So is the
// answer: by way and kind, whether the token is accepted, and the nanoseconds.

import { readFileSync } from "node:fs";
import { CognitoJwtVerifier } from "aws-jwt-verify";

const { pool, tokens, milliseconds } = JSON.parse(readFileSync(0, "utf8"));
const verifier = CognitoJwtVerifier.create({
  userPoolId: pool.ID,
  clientId: pool.ClientID,
  tokenUse: "access",
});
// The README: "Loading the JWKS from file". The library itself fetches over
// https only, and these keys are on the loopback interface.
verifier.cacheJwks(await (await fetch(pool.JWKSURL)).json());

const ways = {
  verifySync: async (token, times) => {
    for (let i = 0; i < times; i++) {
      try {
        verifier.verifySync(token);
      } catch {
        // The verdict was asked for before.
      }
    }
  },
  verify: async (token, times) => {
    for (let i = 0; i < times; i++) {
      try {
        await verifier.verify(token);
      } catch {
        // The same.
      }
    }
  },
};

// nanoseconds of the processor that one takes, after as many that warm up.
async function time(way, token) {
  let times = 1;
  for (;;) {
    const start = process.cpuUsage();
    await way(token, times);
    const { user, system } = process.cpuUsage(start);
    const spent = (user + system) * 1000;
    if (spent > (milliseconds / 2) * 1e6) return spent / times;
    times *= 2;
  }
}

const accepts = async (verify) => {
  try {
    await verify();
    return true;
  } catch {
    return false;
  }
};

// The code is compiled before anything is timed.
if (milliseconds > 0) {
  for (const way of Object.values(ways)) await way(tokens.good, 5000);
}
const answer = {};
for (const [name, way] of Object.entries(ways)) {
  for (const [kind, token] of Object.entries(tokens)) {
    answer[`${name}/${kind}`] = {
      accepted: await accepts(() => verifier[name](token)),
      nanoseconds: milliseconds > 0 ? await time(way, token) : 0,
    };
  }
}
console.log(JSON.stringify(answer));
