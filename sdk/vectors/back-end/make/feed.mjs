<<<<<<< HEAD
import { claims, token } from "./tokens.mjs";
import { NOW } from "./sign.mjs";

const SUB = claims().sub;
const ALL = claims().scope.split(" ");
const KEPT = "openid profile.basic";
const WIDER = `${claims().scope} email.verified`;

const TOKENS = {
  ana: token(),
  "ana again": token(claims({ jti: "jti_00000000000000000000000000000002" })),
  "ana elsewhere": token(claims({ sid: "another-session-of-hers-0000", jti: "jti_00000000000000000000000000000003" })),
  bob: token(claims({ sub: "bobs-openid-0000000000000000", sid: "bobs-session-000000000000000", scope: KEPT, jti: "jti_00000000000000000000000000000004" })),
  "signed by the next key": token(claims({ jti: "jti_00000000000000000000000000000005" }), {}, "ed25519-tomorrow"),
};

export const frame = (event, data = {}, id = undefined) =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n${id === undefined ? "" : `id: ${id}\n`}\n`;

const bytes = (at, text) => ({ at, bytes: text });
const opened = (at, last_event_id = null) => ({ at, open: true, last_event_id });
const closed = (at) => ({ at, close: true });
const local = (at, ask, scope, withdrawn = []) => ({ at, ask, then: { from: "local", allowed_scopes: scope, withdrawn } });
const refused = (at, ask) => ({ at, ask, then: { from: "local", invalid: true } });
const asked = (at, ask) => ({ at, ask, then: { from: "introspection" } });

/** A new connection that has nothing to tell. */
const live = (at = 0, id = "one") => [opened(at), bytes(at, frame("reset") + frame("caught_up", {}, id))];
const said = (name, ...steps) => ({ name, steps });

export const feedVectors = () => ({
  tokens: TOKENS,
  cases: [
    said("before anything is heard, everything is asked", asked(0, "ana"), opened(0), asked(1, "ana")),
    said("a reset alone is no answer", opened(0), bytes(0, frame("reset")), asked(10, "ana")),
    said("once it has caught up, answers are local", ...live(), local(10, "ana", ALL), local(10, "bob", KEPT.split(" "))),
    said("pings do not replace catching up", opened(0), bytes(0, frame("reset")), bytes(1000, frame("ping")), asked(1010, "ana")),
    said("a ping keeps it live", ...live(), bytes(1000, frame("ping")), bytes(2000, frame("ping")), local(3999, "ana", ALL)),
    said("silence of two seconds ends it, and the next ping brings it back", ...live(), local(1999, "ana", ALL), asked(2000, "ana"),
      asked(60_000, "ana"), bytes(60_100, frame("ping")), local(60_200, "ana", ALL)),
    said("a comment is no sign of life", ...live(), bytes(1500, ": still here\n\n"), asked(2000, "ana")),
    said("half an event is no sign of life", ...live(), bytes(1500, "event: ping\ndata: {}\n"), asked(2000, "ana"), bytes(2100, "\n"), local(2200, "ana", ALL)),
    said("an event that is not known is a sign of life and nothing more", ...live(), bytes(1500, frame("weather", { rain: true })), local(3499, "ana", ALL), asked(3500, "ana")),
    said("an event without data is none", ...live(), bytes(1500, "event: ping\n\n"), asked(2000, "ana")),
    said("a session that ended takes its tokens with it, and no others", ...live(), local(5, "ana", ALL), bytes(10, frame("session_ended", { sid: claims().sid }, "two")),
      refused(20, "ana"), refused(20, "ana again"), local(20, "ana elsewhere", ALL), local(20, "bob", KEPT.split(" "))),
    said("what ended in the last half hour is known from the first answer on", opened(0),
      bytes(0, frame("reset") + frame("session_ended", { sid: claims().sid }, "one")), asked(1, "ana"), bytes(2, frame("caught_up", {}, "one")), refused(3, "ana")),
    said("a revoked token is refused alone", ...live(), bytes(10, frame("token_revoked", { jti: claims().jti }, "two")), refused(20, "ana"), local(20, "ana again", ALL)),
    said("a grant that became narrower narrows, and one that became wider gives back no more than the token has", ...live(),
      bytes(10, frame("grant_changed", { sub: SUB, scope: KEPT }, "two")), local(20, "ana", KEPT.split(" "), ["phone.verified"]), local(20, "ana elsewhere", KEPT.split(" "), ["phone.verified"]),
      bytes(30, frame("grant_changed", { sub: SUB, scope: WIDER }, "three")), local(40, "ana", ALL)),
    said("the latest change of a person counts", ...live(),
      bytes(10, frame("grant_changed", { sub: SUB, scope: WIDER }, "two") + frame("grant_changed", { sub: SUB, scope: "openid" }, "three")),
      local(20, "ana", ["openid"], ["profile.basic", "phone.verified"]), local(20, "bob", KEPT.split(" "))),
    said("a person without any scope left is refused until there is one again", ...live(), bytes(10, frame("grant_changed", { sub: SUB, scope: "" }, "two")), refused(20, "ana"), refused(20, "ana elsewhere"),
      bytes(30, frame("grant_changed", { sub: SUB, scope: KEPT }, "three")), local(40, "ana", KEPT.split(" "), ["phone.verified"])),
    said("an ended session stays ended, whatever is granted", ...live(), bytes(10, frame("session_ended", { sid: claims().sid }, "two") + frame("grant_changed", { sub: SUB, scope: WIDER }, "three")), refused(20, "ana")),
    said("a suspended app refuses everything, until a new connection has caught up", ...live(), bytes(10, frame("app_suspended", {}, "two")), refused(20, "ana"), closed(30),
      refused(40, "bob"), refused(60_000, "ana"), opened(70_000, "two"), bytes(70_000, frame("ping")), refused(70_010, "ana"), bytes(70_020, frame("caught_up", {}, "three")), local(70_030, "ana", ALL)),
    said("a suspended app that begins anew is asked about until it has caught up", ...live(), bytes(10, frame("app_suspended", {}, "two")), closed(30),
      opened(70_000, "two"), bytes(70_000, frame("reset")), asked(70_010, "ana"), bytes(70_020, frame("caught_up", {}, "three")), local(70_030, "ana", ALL)),
    said("rotated keys are read again, once for all that was said at once", ...live(), local(5, "ana", ALL), { at: 5, key_set_reads: 1 },
      bytes(10, frame("keys_rotated", {}, "two") + frame("keys_rotated", {}, "three") + frame("keys_rotated", {}, "four")), local(20, "signed by the next key", ALL), local(20, "ana", ALL), { at: 20, key_set_reads: 2 }),
    said("a lost connection is bridged for two seconds, and resumed where it was", ...live(), bytes(1000, frame("ping")), closed(1100), local(2999, "ana", ALL), asked(3000, "ana"),
      opened(3100, "one"), bytes(3100, frame("ping")), asked(3110, "ana"), bytes(3120, frame("session_ended", { sid: claims().sid }, "two")), asked(3130, "ana"),
      bytes(3140, frame("caught_up", {}, "two")), refused(3150, "ana"), local(3150, "bob", KEPT.split(" "))),
    said("what a resumed connection says first does not count as heard before it has caught up", ...live(), closed(100), opened(500, "one"), bytes(500, frame("ping")), bytes(1500, frame("ping")),
      local(1999, "ana", ALL), asked(2000, "ana"), bytes(2400, frame("caught_up", {}, "one")), local(4399, "ana", ALL)),
    said("what was known before a resumed connection still counts", ...live(), bytes(10, frame("session_ended", { sid: claims().sid }, "two")), closed(100), opened(500, "two"),
      bytes(500, frame("ping") + frame("caught_up", {}, "two")), refused(510, "ana")),
    said("a reset empties everything", ...live(), bytes(10, frame("session_ended", { sid: claims().sid }, "two") + frame("grant_changed", { sub: "bobs-openid-0000000000000000", scope: "openid" }, "three")),
      refused(20, "ana"), closed(100), opened(500, "three"), bytes(500, frame("reset")), asked(510, "ana"), bytes(520, frame("caught_up", {}, "four")), local(530, "ana", ALL), local(530, "bob", KEPT.split(" "))),
    said("the id of an event without one is that of the event before", ...live(), bytes(10, frame("ping", {}, "two") + frame("ping")), closed(100), opened(200, "two")),
    said("an empty id is none to resume at", ...live(), bytes(10, "event: ping\ndata: {}\nid:\n\n"), closed(100), opened(200, null)),
    said("the id of an event that was cut off is not kept", ...live(), bytes(10, "event: ping\ndata: {}\nid: two\n"), closed(100), opened(200, "one")),
    said("what was cut off when a connection was lost is not continued by the next", ...live(), bytes(10, `event: session_ended\ndata: {"sid":"${claims().sid}"}\nid: two\n`), closed(100),
      opened(200, "one"), bytes(200, `\n${frame("ping")}${frame("caught_up", {}, "one")}`), local(210, "ana", ALL)),
    said("lines may end in CR LF or in CR", opened(0), bytes(0, frame("reset").replaceAll("\n", "\r\n")), bytes(0, frame("caught_up", {}, "one").replaceAll("\n", "\r")), local(10, "ana", ALL),
      bytes(20, frame("session_ended", { sid: claims().sid }, "two").replaceAll("\n", "\r\n")), refused(30, "ana")),
    said("a line end that is cut between CR and LF is one", opened(0), bytes(0, "event: reset\r"), bytes(1, "\ndata: {}\r"), bytes(2, "\n\r"), bytes(3, "\nevent: caught_up\r\ndata: {}\r\n\r"), bytes(4, "\n"), local(10, "ana", ALL)),
    said("an event comes in pieces of any size", opened(0), ...[...`${frame("reset")}${frame("caught_up", {}, "one")}`].map((one, at) => bytes(at, one)), local(200, "ana", ALL)),
    said("comments, fields that are not known and a byte order mark change nothing", opened(0), bytes(0, `\ufeff: hello\nretry: 1000\n${frame("reset")}:\n\nevent: caught_up\nmood: good\ndata: {}\nid: one\n: bye\n\n`), local(10, "ana", ALL)),
    said("fields need no space behind the colon", opened(0), bytes(0, "event:reset\ndata:{}\n\nevent:caught_up\ndata:{}\nid:one\n\n"), local(10, "ana", ALL), closed(20), opened(30, "one")),
    said("data on several lines is one", ...live(), bytes(10, `event: session_ended\ndata: {"sid":\ndata: "${claims().sid}"}\n\n`), refused(20, "ana")),
    said("an event that cannot be read ends the connection, and the next begins anew", ...live(), bytes(10, "event: session_ended\ndata: {\nid: two\n\n"), asked(20, "ana"), closed(20), opened(30, null), bytes(30, frame("reset")), asked(35, "ana"), bytes(40, frame("caught_up", {}, "three")), local(50, "ana", ALL)),
    said("an end of nobody's session cannot be read", ...live(), bytes(10, frame("session_ended", { session: "x" }, "two")), asked(20, "ana")),
    said("members that are not known change nothing", ...live(), bytes(10, frame("session_ended", { sid: claims().sid, reason: "signed_out" }, "two")), refused(20, "ana")),
  ],
});
=======
import { claims } from "./tokens.mjs";
import {
  ALL,
  asked,
  bytes,
  closed,
  frame,
  KEPT,
  live,
  local,
  opened,
  refused,
  said,
  SUB,
  TOKENS,
  WIDER,
} from "./steps.mjs";
import { streamCases } from "./stream.mjs";

/** What the feed says, and what is believed of it. */
const wordCases = () => [
  said("before anything is heard, everything is asked", asked(0, "ana"), opened(0), asked(1, "ana")),
  said("a reset alone is no answer", opened(0), bytes(0, frame("reset")), asked(10, "ana")),
  said("once it has caught up, answers are local", ...live(), local(10, "ana", ALL), local(10, "bob", KEPT.split(" "))),
  said(
    "pings do not replace catching up",
    opened(0),
    bytes(0, frame("reset")),
    bytes(1000, frame("ping")),
    asked(1010, "ana"),
  ),
  said(
    "a ping keeps it live",
    ...live(),
    bytes(1000, frame("ping")),
    bytes(2000, frame("ping")),
    local(3999, "ana", ALL),
  ),
  said(
    "silence of two seconds ends it, and the next ping brings it back",
    ...live(),
    local(1999, "ana", ALL),
    asked(2000, "ana"),
    asked(60_000, "ana"),
    bytes(60_100, frame("ping")),
    local(60_200, "ana", ALL),
  ),
  said("a comment is no sign of life", ...live(), bytes(1500, ": still here\n\n"), asked(2000, "ana")),
  said(
    "half an event is no sign of life",
    ...live(),
    bytes(1500, "event: ping\ndata: {}\n"),
    asked(2000, "ana"),
    bytes(2100, "\n"),
    local(2200, "ana", ALL),
  ),
  said(
    "an event that is not known is a sign of life and nothing more",
    ...live(),
    bytes(1500, frame("weather", { rain: true })),
    local(3499, "ana", ALL),
    asked(3500, "ana"),
  ),
  said("an event without data is none", ...live(), bytes(1500, "event: ping\n\n"), asked(2000, "ana")),
  said(
    "a session that ended takes its tokens with it, and no others",
    ...live(),
    local(5, "ana", ALL),
    bytes(10, frame("session_ended", { sid: claims().sid }, "two")),
    refused(20, "ana"),
    refused(20, "ana again"),
    local(20, "ana elsewhere", ALL),
    local(20, "bob", KEPT.split(" ")),
  ),
  said(
    "what ended in the last half hour is known from the first answer on",
    opened(0),
    bytes(0, frame("reset") + frame("session_ended", { sid: claims().sid }, "one")),
    asked(1, "ana"),
    bytes(2, frame("caught_up", {}, "one")),
    refused(3, "ana"),
  ),
  said(
    "a revoked token is refused alone",
    ...live(),
    bytes(10, frame("token_revoked", { jti: claims().jti }, "two")),
    refused(20, "ana"),
    local(20, "ana again", ALL),
  ),
  said(
    "a grant that became narrower narrows, and one that became wider gives back no more than the token has",
    ...live(),
    bytes(10, frame("grant_changed", { sub: SUB, scope: KEPT }, "two")),
    local(20, "ana", KEPT.split(" "), ["phone.verified"]),
    local(20, "ana elsewhere", KEPT.split(" "), ["phone.verified"]),
    bytes(30, frame("grant_changed", { sub: SUB, scope: WIDER }, "three")),
    local(40, "ana", ALL),
  ),
  said(
    "the latest change of a person counts",
    ...live(),
    bytes(
      10,
      frame("grant_changed", { sub: SUB, scope: WIDER }, "two") +
        frame("grant_changed", { sub: SUB, scope: "openid" }, "three"),
    ),
    local(20, "ana", ["openid"], ["profile.basic", "phone.verified"]),
    local(20, "bob", KEPT.split(" ")),
  ),
  said(
    "a person without any scope left is refused until there is one again",
    ...live(),
    bytes(10, frame("grant_changed", { sub: SUB, scope: "" }, "two")),
    refused(20, "ana"),
    refused(20, "ana elsewhere"),
    bytes(30, frame("grant_changed", { sub: SUB, scope: KEPT }, "three")),
    local(40, "ana", KEPT.split(" "), ["phone.verified"]),
  ),
  said(
    "an ended session stays ended, whatever is granted",
    ...live(),
    bytes(
      10,
      frame("session_ended", { sid: claims().sid }, "two") +
        frame("grant_changed", { sub: SUB, scope: WIDER }, "three"),
    ),
    refused(20, "ana"),
  ),
  said(
    "a suspended app refuses everything, until a new connection has caught up",
    ...live(),
    bytes(10, frame("app_suspended", {}, "two")),
    refused(20, "ana"),
    closed(30),
    refused(40, "bob"),
    refused(60_000, "ana"),
    opened(70_000, "two"),
    bytes(70_000, frame("ping")),
    refused(70_010, "ana"),
    bytes(70_020, frame("caught_up", {}, "three")),
    local(70_030, "ana", ALL),
  ),
  said(
    "a suspended app that begins anew is asked about until it has caught up",
    ...live(),
    bytes(10, frame("app_suspended", {}, "two")),
    closed(30),
    opened(70_000, "two"),
    bytes(70_000, frame("reset")),
    asked(70_010, "ana"),
    bytes(70_020, frame("caught_up", {}, "three")),
    local(70_030, "ana", ALL),
  ),
  said(
    "rotated keys are read again, once for all that was said at once",
    ...live(),
    local(5, "ana", ALL),
    { at: 5, key_set_reads: 1 },
    bytes(
      10,
      frame("keys_rotated", {}, "two") + frame("keys_rotated", {}, "three") + frame("keys_rotated", {}, "four"),
    ),
    local(20, "signed by the next key", ALL),
    local(20, "ana", ALL),
    { at: 20, key_set_reads: 2 },
  ),
  said(
    "a lost connection is bridged for two seconds, and resumed where it was",
    ...live(),
    bytes(1000, frame("ping")),
    closed(1100),
    local(2999, "ana", ALL),
    asked(3000, "ana"),
    opened(3100, "one"),
    bytes(3100, frame("ping")),
    asked(3110, "ana"),
    bytes(3120, frame("session_ended", { sid: claims().sid }, "two")),
    asked(3130, "ana"),
    bytes(3140, frame("caught_up", {}, "two")),
    refused(3150, "ana"),
    local(3150, "bob", KEPT.split(" ")),
  ),
  said(
    "what a resumed connection says first does not count as heard before it has caught up",
    ...live(),
    closed(100),
    opened(500, "one"),
    bytes(500, frame("ping")),
    bytes(1500, frame("ping")),
    local(1999, "ana", ALL),
    asked(2000, "ana"),
    bytes(2400, frame("caught_up", {}, "one")),
    local(4399, "ana", ALL),
  ),
  said(
    "what was known before a resumed connection still counts",
    ...live(),
    bytes(10, frame("session_ended", { sid: claims().sid }, "two")),
    closed(100),
    opened(500, "two"),
    bytes(500, frame("ping") + frame("caught_up", {}, "two")),
    refused(510, "ana"),
  ),
  said(
    "a reset empties everything",
    ...live(),
    bytes(
      10,
      frame("session_ended", { sid: claims().sid }, "two") +
        frame("grant_changed", { sub: "bobs-openid-0000000000000000", scope: "openid" }, "three"),
    ),
    refused(20, "ana"),
    closed(100),
    opened(500, "three"),
    bytes(500, frame("reset")),
    asked(510, "ana"),
    bytes(520, frame("caught_up", {}, "four")),
    local(530, "ana", ALL),
    local(530, "bob", KEPT.split(" ")),
  ),
];

export const feedVectors = () => ({ tokens: TOKENS, cases: [...wordCases(), ...streamCases()] });
>>>>>>> sdk-node
