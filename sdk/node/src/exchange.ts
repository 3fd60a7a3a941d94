import { areUnderstood, pack, unpack, Unreadable } from "./coding.js";
import type { Refused } from "./refused.js";
import type { Route } from "./route.js";
import { FoundInAnswer } from "./swap/answer.js";
import type { Caller, Counterparts } from "./swap/decide.js";
import { answerKind, codings, requestKind } from "./swap/kind.js";
import type { Answer, Header, Request } from "./swap/message.js";
import { FoundInRequest } from "./swap/request.js";
import { badAnswer, badRequest, tooLarge, wrongKind } from "./swap/wrong.js";
import { holdsToken } from "./withhold.js";

/** What has to be found out about the caller and about others, for one message. */
export interface Asked {
  /** What is known of these texts, on the side that the message comes from. */
  counterparts(names: ReadonlySet<string>): Promise<Counterparts>;
  /** The caller as both sides know them, once {@link counterparts} has answered; undefined where there is none. */
  caller(): Caller | undefined;
  unionId(): Promise<string | undefined>;
  /** The caller's token, where it must not stand in a body. */
  readonly withheld?: string | undefined;
}

/** A request as it goes on. `body` is undefined where the body goes on as it came. */
export interface Swapped {
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: Buffer | undefined;
}

const NOTHING = Buffer.alloc(0);

/**
 * A request as the back end is to have it. `own` is the caller's OpenID at the app.
 *
 * Where {@link requestKind} says that the body is looked into, `request.body` is the whole of it.
 */
export async function swapRequest(
  route: Route,
  request: Request,
  own: string | undefined,
  asked: Asked,
): Promise<Swapped> {
  const kind = requestKind(route.maps, request.headers, request.body?.length);
  const packings = kind === undefined ? [] : codings(request.headers);
  if (!areUnderstood(packings)) throw wrongKind("the body is in another content coding than gzip and br");
  const packed = kind === undefined ? NOTHING : (request.body ?? NOTHING);
  const body = await unpacked(packings, packed, route.bodyLimit, (isLong) =>
    isLong ? tooLarge() : badRequest("the body is not what its Content-Encoding says"),
  );
  const found = new FoundInRequest(route, request, kind, body, packings.length > 0);
  if (asked.withheld !== undefined && holdsToken(body, asked.withheld)) {
    throw badRequest("The token does not belong into the body.");
  }
  const known = await asked.counterparts(found.others(own));
  const caller = asked.caller();
  const says = route.inject.some(({ says }) => says.kind === "unionId");
  const unionId = says ? await asked.unionId() : undefined;
  return found.swapped(caller, known, { openId: caller?.there, unionId });
}

/** An answer as the app is to have it; `method` is that of its request. */
export async function swapAnswer(route: Route, method: string, answer: Answer, asked: Asked): Promise<Answer> {
  const kind = answerKind(route.maps, method, answer);
  const packed = kind === undefined ? NOTHING : (answer.body ?? NOTHING);
  const packings = packed.length === 0 ? [] : codings(answer.headers);
  const body = await unpacked(packings, packed, route.bodyLimit, (isLong) =>
    badAnswer(isLong ? "the answer's body is larger than the route takes" : "the answer's body cannot be unpacked"),
  );
  const found = new FoundInAnswer(route, method, answer, kind, body);
  const names = found.others(asked.caller()?.there);
  const swapped = found.swapped(asked.caller(), await asked.counterparts(names));
  const out = swapped.body && (await pack(packings, swapped.body));
  return { status: answer.status, headers: swapped.headers, body: out ?? answer.body };
}

async function unpacked(
  packings: readonly string[],
  body: Buffer,
  limit: number,
  refused: (isLong: boolean) => Refused,
): Promise<Buffer> {
  try {
    return await unpack(packings, body, limit);
  } catch (error) {
    throw error instanceof Unreadable ? refused(error.reason === "too_large") : error;
  }
}
