import { claims } from "./tokens.mjs";
import { ALL, asked, by, bytes, frame, KEPT, live, local, refused, said, SUB } from "./steps.mjs";

/** How long what was said is known, and by which clock silence is measured. */
export const timeCases = () => [
  ...[
    ["the end of a session", "session_ended", { sid: claims().sid }],
    ["that a token was revoked", "token_revoked", { jti: "jti_00000000000000000000000000000006" }],
    ["that nothing is granted any more", "grant_changed", { sub: SUB, scope: "" }],
  ].map(([what, event, data]) =>
    said(
      `${what} is known to the last moment of a token from a clock that is a minute ahead`,
      ...live(),
      local(5, "ana ahead", ALL),
      bytes(10, frame(event, data, "two")),
      bytes(1_799_000, frame("ping")),
      refused(1_799_500, "ana ahead"),
      bytes(1_830_000, frame("ping")),
      refused(1_830_500, "ana ahead"),
      bytes(1_859_000, frame("ping")),
      refused(1_859_900, "ana ahead"),
    ),
  ),
  said(
    "what passed while the machine slept is silence",
    ...live(),
    by(600_100, asked(100, "ana")),
    by(600_200, bytes(200, frame("ping"))),
    by(602_199, local(300, "bob", KEPT.split(" "))),
    by(602_200, asked(300, "ana")),
  ),
  said(
    "a time of day that is set back makes no silence shorter",
    ...live(100_000),
    by(40_000, local(101_999, "ana", ALL)),
    by(40_001, asked(102_000, "ana")),
  ),
];
