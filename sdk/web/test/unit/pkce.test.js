import assert from "node:assert/strict";
import { test } from "node:test";
import { challenge } from "../../dist/host/pkce.js";

test("the_challenge_is_that_of_rfc_7636_appendix_b", async () => {
  assert.equal(
    await challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});
