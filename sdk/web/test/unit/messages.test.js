import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseHostMessage, parseMiniProgramMessage } from "../../dist/shared/messages.js";

const folder = new URL("../../../vectors/bridge/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const vectors = files.map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")));

test("every_kind_of_message_has_vectors", () => {
  const kinds = vectors.map(({ kind }) => kind).sort();
  assert.deepEqual(kinds, [
    "bad",
    "consent_changed",
    "error",
    "launch",
    "login",
    "login_code",
    "ready",
    "renew",
    "request_permission",
    "session_expired",
    "theme_changed",
    "token_renewed",
  ]);
});

for (const { kind, direction, valid, invalid } of vectors) {
  const [there, elsewhere] =
    direction === "host_to_mini_program"
      ? [parseHostMessage, parseMiniProgramMessage]
      : [parseMiniProgramMessage, parseHostMessage];

  for (const { name, message } of valid) {
    test(`${kind}_is_understood: ${name}`, () => {
      const { later: _, ...known } = message;
      assert.deepEqual({ ...there(message) }, known);
      assert.equal(elsewhere(message), null, "the other direction");
    });
  }

  for (const { name, message } of invalid) {
    test(`${kind}_is_dropped: ${name}`, () => {
      assert.equal(there(message), null);
      assert.equal(elsewhere(message), null);
    });
  }
}

test("what_a_message_inherits_is_not_part_of_it", () => {
  assert.equal(parseMiniProgramMessage({ __proto__: { id: "1" }, portico: 1, type: "renew" }), null);
});
