import assert from "node:assert/strict";
import { test } from "node:test";

import { refusal, Refused } from "../../dist/refused.js";

const told = (refused) => Object.fromEntries(refusal(refused).headers);

test("who brings no token is told the scheme alone, and what is wrong is told without quotes of its own", () => {
  assert.equal(told(new Refused("missing_token", "This needs a launch token."))["www-authenticate"], "Bearer");
  assert.equal(
    told(new Refused("invalid_token", 'it is "over"\\\r\n'))["www-authenticate"],
    `Bearer error="invalid_token", error_description="it is 'over''''"`,
  );
  const missing = ["openid", "phone"];
  assert.match(told(new Refused("insufficient_scope", "more is needed", { missing }))["www-authenticate"], /, scope="openid phone"$/);
  for (const code of ["invalid_client", "invalid_origin", "access_denied"]) {
    assert.equal(told(new Refused(code, "no"))["www-authenticate"], `Bearer error="${code}", error_description="no"`);
  }
});

test("other refusals challenge nobody, and say what the caller can do", () => {
  const busy = told(new Refused("temporarily_unavailable", "not now", { because: "the log's" }));
  assert.deepEqual([busy["www-authenticate"], busy["retry-after"]], [undefined, "1"]);
  assert.match(told(new Refused("invalid_request", "no", { status: 405 })).allow, /GET.*OPTIONS/);
  const { body } = refusal(new Refused("bad_gateway", "said", { because: "secret" }));
  assert.equal(body, '{"error":"bad_gateway","error_description":"said"}');
});
