import type { JWTPayload } from "jose";

import { isText, readNamed, type Named } from "./claims.js";
import type { Clock } from "./clock.js";
import type { KeySet } from "./key-set.js";
import { Recent } from "./recent.js";
import { verifySigned } from "./signed.js";
import type { Facts } from "./validated.js";

/** Whose sessions are over. At least one of the two is there; Portico tells both. */
export interface LoggedOut {
  /** The session that ended, as launch tokens name it (`sid`). */
  readonly sessionId: string | undefined;
  /** The person's OpenID at this app (`sub`). */
  readonly userId: string | undefined;
}

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const EXPECTED = { typ: "logout+jwt", algorithms: ["RS256", "ES256", "EdDSA"] };

/**
 * Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.6), takes each once, and knows what they ended. That is
 * kept apart from what the feed says: a logout may come first, and a feed that begins anew may hear of it later.
 */
export class LogoutTokens {
  readonly #issuer: string;
  readonly #clientId: string;
  readonly #keys: KeySet;
  readonly #clock: Clock;
  readonly #taken = new Recent<true>();
  readonly #sessions = new Recent<true>();
  /** People all of whose sessions ended, with the last `iat` that this is about. */
  readonly #people = new Recent<number>();

  constructor(issuer: string, clientId: string, keys: KeySet, clock: Clock) {
    this.#issuer = issuer;
    this.#clientId = clientId;
    this.#keys = keys;
    this.#clock = clock;
  }

  /**
   * Who is logged out by the token; undefined where it is not good, or was taken before.
   *
   * @throws {@link Unavailable} where the keys cannot be read.
   */
  async take(token: string): Promise<LoggedOut | undefined> {
    const signed = await verifySigned(token, EXPECTED, this.#keys, (claims) => this.#read(claims));
    if (!signed) return undefined;
    const { tokenId, issuedAt, sessionId, userId } = signed.read;
    const now = this.#clock.steady();
    if (this.#taken.get(tokenId, now)) return undefined;
    this.#taken.set(tokenId, true, now);
    if (sessionId !== undefined) this.#sessions.set(sessionId, true, now);
    else if (userId !== undefined) this.#people.set(userId, Math.max(issuedAt, this.#people.get(userId, now) ?? 0), now);
    return { sessionId, userId };
  }

  /** Whether a launch token belongs to what ended. */
  covers({ sessionId, userId, issuedAt }: Facts): boolean {
    const now = this.#clock.steady();
    return this.#sessions.get(sessionId, now) !== undefined || issuedAt <= (this.#people.get(userId, now) ?? -Infinity);
  }

  #read(claims: JWTPayload): (Named & LoggedOut) | undefined {
    const named = readNamed(claims, this.#issuer, this.#clientId, this.#clock.wall() / 1000);
    const { events, sid, sub } = claims;
    const event = (events as Record<string, unknown> | null | undefined)?.[EVENT];
    if (!named || !isObject(events) || !isObject(event) || "nonce" in claims) return undefined;
    if (!isTextOrNone(sid) || !isTextOrNone(sub) || (sid === undefined && sub === undefined)) return undefined;
    return { ...named, sessionId: sid, userId: sub };
  }
}

/** The token of the form that a logout comes as; undefined where it does not bring exactly one. */
export function logoutTokenOf(contentType: string | undefined, body: string): string | undefined {
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(contentType ?? "")) return undefined;
  const [token, ...more] = new URLSearchParams(body).getAll("logout_token");
  return more.length === 0 ? token : undefined;
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
