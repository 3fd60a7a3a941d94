// Everything in sdk/vectors/back-end.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { answerTo, Failure, InvalidToken, Unavailable } from "../../../dist/index.js";
import { Validated } from "../../../dist/back-end/validated.js";
import { staged, vectors } from "../../support/vectors.js";

describe("tokens", () => {
  const file = vectors("tokens");
  for (const { name, token, now = file.now, valid, key_set_reads } of file.cases) {
    test(name, async () => {
      const stage = staged({ ...file, now });
      await stage.live();
      if (valid) {
        const found = await stage.portico.validate(token);
        assert.deepEqual({
          user_id: found.userId, allowed_scopes: found.allowedScopes, session_id: found.sessionId, app_id: found.appId,
          issued_at: found.issuedAt, expires_at: found.expiresAt, token_id: found.tokenId, actor: found.actor ?? null,
        }, valid);
      } else {
        await assert.rejects(stage.portico.validate(token), InvalidToken);
      }
      if (key_set_reads !== undefined) assert.equal(stage.keyReads, key_set_reads);
      assert.deepEqual(stage.introspected, []);
      stage.portico.close();
    });
    if (valid) continue;
    test(`${name}, by a silent feed too, and without a question`, async () => {
      const stage = staged({ ...file, now }, { validate: "introspection" });
      await assert.rejects(stage.portico.validate(token), InvalidToken);
      assert.deepEqual(stage.introspected, []);
    });
  }
});

describe("the feed", () => {
  const file = vectors("feed");
  for (const { name, steps } of file.cases) {
    test(name, async () => {
      const stage = staged(file);
      for (const step of steps) {
        stage.clock.milliseconds = step.at;
        stage.clock.timeOfDay = step.wall;
        if (step.open) assert.equal(await stage.open() ?? null, step.last_event_id);
        else if (step.bytes !== undefined) await stage.hear(step.bytes);
        else if (step.close) await stage.lose();
        else if (step.ask !== undefined) await answers(stage, file.tokens[step.ask], step.then, `at ${step.at}`);
        else assert.equal(stage.keyReads, step.key_set_reads);
      }
      stage.portico.close();
    });
  }

  async function answers(stage, token, then, when) {
    stage.introspected.length = 0;
    const answer = await stage.portico.validate(token).catch((error) => error);
    assert.equal(stage.introspected.length > 0 ? "introspection" : "local", then.from, when);
    if (then.from === "introspection") return;
    assert.equal(answer instanceof InvalidToken, then.invalid === true, when);
    if (then.invalid) return;
    assert.deepEqual([answer.allowedScopes, answer.withdrawnScopes], [then.allowed_scopes, then.withdrawn], when);
  }
});

describe("logouts", () => {
  const file = vectors("logout");
  const stage = staged(file);
  stage.keySet = () => vectors("keys").then;
  for (const { name, body, content_type = "application/x-www-form-urlencoded", status, told } of file.cases) {
    test(name, async () => {
      const heard = [];
      const answer = await stage.portico.receiveLogout(content_type, body, (who) => heard.push(who));
      assert.equal(answer.status, status);
      for (const [header, value] of Object.entries(file.headers)) assert.equal(answer.headers[header], value);
      const who = heard.map(({ sessionId, userId }) => ({ session_id: sessionId ?? null, user_id: userId ?? null }));
      assert.deepEqual(who, told ? [told] : []);
    });
  }
});

/** What validating finds, in the words of the vectors. */
function found(token) {
  if (token === "invalid") throw new InvalidToken();
  if (token === "unavailable") throw new Unavailable("a vector");
  return new Validated({ userId: "ana", given: token.given }, token.allowed);
}

describe("scopes", () => {
  const { headers, cases, optional } = vectors("scopes");
  for (const { name, authorization, token, require, then } of cases) {
    test(name, async () => {
      const { portico } = staged(vectors("tokens"));
      portico.validate = async () => found(token);
      const answer = await portico.authorize(authorization ?? undefined, ...require).then(
        () => "passes",
        (error) => (error instanceof Failure ? answerTo(error) : Promise.reject(error)),
      );
      if (then === "passes") return assert.equal(answer, then);
      const { "www-authenticate": challenge, "retry-after": later, ...rest } = answer.headers;
      assert.deepEqual([answer.status, challenge, later], [then.status, then.www_authenticate, then.retry_after]);
      assert.deepEqual([rest, JSON.parse(answer.body)], [headers, then.body]);
    });
  }
  for (const { name, token, scope, has, withdrawn } of optional) {
    test(name, () => {
      const validated = found(token);
      assert.deepEqual([validated.has(scope), validated.wasWithdrawn(scope)], [has, withdrawn]);
    });
  }
});
