import { hasTokenForm, isText, readNamed } from "./claims.js";
import type { Clock } from "./clock.js";
import type { KeySet } from "./key-set.js";
import { Recent } from "./recent.js";
import { verifySigned } from "./signed.js";

/** Whose sessions are over. At least one of the two is there; Portico tells both. */
export interface LoggedOut {
  /** The session that ended, as launch tokens name it (`sid`). */
  readonly sessionId: string | undefined;
  /** The person's OpenID at this app (`sub`). */
  readonly userId: string | undefined;
}

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const EXPECTED = { typ: "logout+jwt", algorithms: ["RS256", "ES256", "EdDSA"] };

/** Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.6), and takes each once. */
export class LogoutTokens {
  readonly #issuer: string;
  readonly #clientId: string;
  readonly #keys: KeySet;
  readonly #clock: Clock;
  readonly #taken = new Recent<true>();

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
    const signed = hasTokenForm(token) ? await verifySigned(token, EXPECTED, this.#keys) : undefined;
    const named = signed && readNamed(signed.claims, this.#issuer, this.#clientId, this.#clock.wall() / 1000);
    if (!named) return undefined;
    const { events, sid, sub } = signed.claims;
    const event = (events as Record<string, unknown> | null | undefined)?.[EVENT];
    if (!isObject(events) || !isObject(event) || "nonce" in signed.claims) return undefined;
    if (!isTextOrNone(sid) || !isTextOrNone(sub) || (sid === undefined && sub === undefined)) return undefined;
    const now = this.#clock.steady();
    if (this.#taken.get(named.tokenId, now)) return undefined;
    this.#taken.set(named.tokenId, true, now);
    return { sessionId: sid, userId: sub };
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
