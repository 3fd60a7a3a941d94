// The vectors of sdk/vectors/back-end, and a stage to play them on: the clock, the issuer and the feed are the test's.

import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";

import { Unavailable } from "../../dist/index.js";
import { Portico } from "../../dist/back-end/portico.js";

export const vectors = (name) => JSON.parse(readFileSync(new URL(`../../../vectors/back-end/${name}.json`, import.meta.url)));

/** Server-sent events, one after another. */
export const frame = (event, data = {}, id) => `event: ${event}\ndata: ${JSON.stringify(data)}\n${id ? `id: ${id}\n` : ""}\n`;

/** A back end whose surroundings are in the test's hands. */
export function staged({ issuer, client_id: clientId, now }, options = {}) {
  const keys = vectors("keys");
  const stage = {
    /** `timeOfDay` is in milliseconds since `now`, where it is not what the steady clock says. */
    clock: {
      milliseconds: 0,
      wall: () => now * 1000 + (stage.clock.timeOfDay ?? stage.clock.milliseconds),
      steady: () => stage.clock.milliseconds,
    },
    keyReads: 0, introspected: [], problems: [], isDown: false, pauses: [],
    /** What introspection answers. */
    says: () => ({ active: false }),
    /** The key set of its nth reading. */
    keySet: (reading) => (reading === 1 ? keys.first : keys.then),
  };
  const asking = {
    url: issuer, timeout: 5000, close: () => undefined,
    metadata: async () => ({ jwks_uri: "keys", introspection_endpoint: "introspection" }),
    ask: async (url, question) => {
      if (stage.isDown) throw new Unavailable("it is down");
      if (url === "keys") return stage.keySet(++stage.keyReads);
      stage.introspected.push(question);
      return stage.says(new URLSearchParams(question.body).get("token"));
    },
  };
  const connect = (lastEventId) => new Promise((resolve, reject) => (stage.asked = { lastEventId, resolve, reject }));
  stage.portico = new Portico(
    { issuer, clientId, clientSecret: "secret", onProblem: (problem) => stage.problems.push(problem.message), ...options },
    {
      clock: stage.clock, chance: () => 0.5, issuer: asking, connect, looks: (look) => (stage.look = look),
      pause: async (milliseconds) => void stage.pauses.push(milliseconds),
    },
  );
  /** The connection that was asked for opens: its `Last-Event-ID`. */
  stage.open = async () => {
    await turn();
    const { lastEventId, resolve } = stage.asked;
    const source = new ReadableStream({ start: (controller) => (stage.feed = controller) });
    resolve(source);
    await turn();
    return lastEventId;
  };
  stage.hear = async (text) => {
    stage.feed.enqueue(new TextEncoder().encode(text));
    await turn();
  };
  stage.lose = async () => {
    try {
      stage.feed.close();
    } catch {
      // It was given up already.
    }
    await turn();
  };
  /** The feed opens and has nothing to tell. */
  stage.live = async () => {
    await stage.open();
    await stage.hear(frame("reset") + frame("caught_up", {}, "one"));
  };
  return stage;
}
