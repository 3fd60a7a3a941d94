// The tokens that are asked about in the vectors of the feed, and the steps that they are made of.

import { NOW } from "./sign.mjs";
import { claims, token } from "./tokens.mjs";

export const SUB = claims().sub;
export const ALL = claims().scope.split(" ");
export const KEPT = "openid profile.basic";
export const WIDER = `${claims().scope} email.verified`;

export const TOKENS = {
  ana: token(),
  "ana again": token(claims({ jti: "jti_00000000000000000000000000000002" })),
  "ana elsewhere": token(claims({ sid: "another-session-of-hers-0000", jti: "jti_00000000000000000000000000000003" })),
  bob: token(
    claims({
      sub: "bobs-openid-0000000000000000",
      sid: "bobs-session-000000000000000",
      scope: KEPT,
      jti: "jti_00000000000000000000000000000004",
    }),
  ),
  "ana ahead": token(claims({ iat: NOW + 60, exp: NOW + 1860, jti: "jti_00000000000000000000000000000006" })),
  "signed by the next key": token(claims({ jti: "jti_00000000000000000000000000000005" }), {}, "ed25519-tomorrow"),
};

export const frame = (event, data = {}, id = undefined) =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n${id === undefined ? "" : `id: ${id}\n`}\n`;

export const bytes = (at, text) => ({ at, bytes: text });
export const opened = (at, last_event_id = null) => ({ at, open: true, last_event_id });
export const closed = (at) => ({ at, close: true });
export const local = (at, ask, scope, withdrawn = []) => ({
  at,
  ask,
  then: { from: "local", allowed_scopes: scope, withdrawn },
});
export const refused = (at, ask) => ({ at, ask, then: { from: "local", invalid: true } });
export const asked = (at, ask) => ({ at, ask, then: { from: "introspection" } });

/** A step at which the time of day is another than so long after the beginning. */
export const by = (wall, step) => ({ ...step, wall });

/** A new connection that has nothing to tell. */
export const live = (at = 0, id = "one") => [opened(at), bytes(at, frame("reset") + frame("caught_up", {}, id))];
export const said = (name, ...steps) => ({ name, steps });
