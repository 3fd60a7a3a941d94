// Everything in ../../../vectors/gateway, through the same functions that the middleware uses.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { ConfigurationError } from "../../dist/configuration/wrong.js";
import { readRoute } from "../../dist/configuration/route.js";
import { pack, unpack } from "../../dist/coding.js";
import { swapAnswer, swapRequest } from "../../dist/exchange.js";
import { Refused } from "../../dist/refused.js";

const folder = new URL("../../../vectors/gateway/", import.meta.url);

/** What `portico gateway` alone can do. The configuration says so. */
const NOT_HERE = { encrypted: "encrypted" };

function readVectorRoute(vector, keys) {
  // Who may pass what is decided by the rule, which knows `pass`; the configuration does not let it be chosen.
  const { unknown, ...rest } = keys;
  const app = { id: vector.route.app, secret: "s", wxAppId: undefined, origins: ["https://live.example"] };
  const as = { id: vector.route.as, secret: undefined, wxAppId: vector.app, origins: [] };
  const inject = rest.inject?.headers ?? {};
  const told = Object.fromEntries(Object.entries(inject).filter(([, says]) => says !== "unionid"));
  const read = readRoute({ ...rest, ...(rest.inject && { inject: { headers: told } }) }, "route", new Map([[app.id, app], [as.id, as]]));
  return {
    ...read,
    unknown: unknown ?? "refuse",
    inject: Object.keys(inject).map((name) => ({
      name, says: inject[name] === "unionid" ? { kind: "unionId" } : read.inject.find((one) => one.name === name).says,
    })),
    maps: { ...read.maps, identity: new Set(Object.keys(inject).map((name) => name.toLowerCase())) },
  };
}

/** What can be looked up, and nothing but what was asked for. */
function asked({ counterparts, caller }, side) {
  const known = (name) => {
    const { open_id = null, known_here = false, known_there = false } = counterparts[side][name] ?? {};
    return { openId: open_id ?? undefined, isKnownHere: known_here, isKnownThere: known_there };
  };
  return {
    counterparts: async (names) => {
      const own = side === "request" ? caller.here : caller.there;
      const isInList = [...names].some((name) => name !== own && name.includes(own));
      assert.ok(isInList || !names.has(own), "the caller's own id alone needs no look-up");
      return new Map([...names].map((name) => [name, known(name)]));
    },
    caller: () => caller,
    unionId: async () => caller.unionid,
  };
}

/** Headers as they are compared: those of one name in their order. */
const sorted = (headers) =>
  headers
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => name !== "content-length")
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

async function packed({ body, coding }) {
  const bytes = body === undefined ? undefined : Buffer.from(body, "utf8");
  return coding && bytes ? pack([coding], bytes) : bytes;
}

async function shown(body, coding) {
  if (body === undefined || body.length === 0) return "";
  return (coding ? await unpack([coding], body, 1 << 20) : body).toString("utf8");
}

async function request(vector, route, { request, then }) {
  const body = await packed(request);
  const out = await swapRequest(route, { ...request, body }, vector.caller.here, asked(vector, "request"));
  assert.equal(out.target, then.target);
  assert.deepEqual(sorted(out.headers), sorted(then.headers));
  assert.equal(await shown(out.body ?? body, then.coding), then.body ?? "");
}

async function answer(vector, route, { answer, then }) {
  const body = await packed(answer);
  const out = await swapAnswer(route, "GET", { ...answer, body }, asked(vector, "answer"));
  assert.equal(out.status, then.status);
  assert.deepEqual(sorted(out.headers), sorted(then.headers));
  assert.equal(await shown(out.body, then.coding), then.body ?? "");
}

const files = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();

test("there are vectors", () => assert.ok(files.length >= 9, `${files}`));

for (const file of files) {
  const vector = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const subject = file.replace(".json", "");
  for (const one of vector.cases) {
    test(`${subject}: ${one.name}`, async () => {
      const keys = { ...vector.route, ...one.with };
      if (NOT_HERE[subject]) {
        const says = { name: ConfigurationError.name, key: `route.${NOT_HERE[subject]}` };
        assert.throws(() => readVectorRoute(vector, keys), says);
        return;
      }
      const route = readVectorRoute(vector, keys);
      const run = () => (one.request ? request : answer)(vector, route, { then: { headers: [] }, ...one });
      if (!one.refused) return run();
      await assert.rejects(run, (error) => {
        assert.ok(error instanceof Refused, `${error.stack}`);
        assert.deepEqual({ status: error.status, code: error.code }, one.refused);
        return true;
      });
    });
  }
}
