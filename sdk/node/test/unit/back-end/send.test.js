import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";

import { formOf } from "../../../dist/back-end/send.js";

const unread = () => Readable.from([Buffer.from("logout_"), Buffer.from("token=x")]);

test("a form is read where no parser has read it, one of other types before it or not", async () => {
  assert.equal(await formOf(unread(), undefined), "logout_token=x");
  assert.equal(await formOf(unread(), {}), "logout_token=x");
});

test("a form that a parser has read is what it left", async () => {
  const read = unread();
  for await (const _ of read);
  assert.equal(await formOf(read, {}), "");
  assert.equal(await formOf(read, { logout_token: "y" }), "logout_token=y");
  assert.equal(await formOf(read, "logout_token=z"), "logout_token=z");
  assert.equal(await formOf(read, { logout_token: ["y", "z"] }), "logout_token=y&logout_token=z");
});

test("what a parser makes of brackets is no token, and breaks nothing", async () => {
  const read = unread();
  for (const odd of [{ toString: "1" }, Object.create(null), [{ toString: "1" }], { a: ["b"] }]) {
    assert.equal(await formOf(read, { logout_token: odd }), "");
    assert.equal(await formOf(read, { x: odd, logout_token: "y" }), "logout_token=y");
  }
});
