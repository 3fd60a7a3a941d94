import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidToken } from "../../../dist/index.js";
import { staged, vectors } from "../../support/vectors.js";

const tokens = vectors("tokens");
const [, claims, signature] = tokens.cases.find((one) => one.name === "a launch token is good").token.split(".");
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a type that is no text makes a token good for nothing, and breaks nothing", async () => {
  const stage = staged(tokens);
  await stage.live();
  for (const typ of [{ toString: 1 }, { toString: null }, ["at+jwt"], 1, null, true]) {
    const token = [part({ alg: "EdDSA", kid: "a", typ }), claims, signature].join(".");
    await assert.rejects(stage.portico.validate(token), InvalidToken, JSON.stringify(typ));
  }
});
