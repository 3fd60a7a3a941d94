import type { JWTPayload } from "jose";

import { isText, readNamed } from "./claims.js";
import type { Clock } from "./clock.js";
import type { KeySet, PublishedKey } from "./key-set.js";
import { verifySigned } from "./signed.js";
import type { Facts } from "./validated.js";

const EXPECTED = { typ: "at+jwt", algorithms: ["EdDSA"] };

/** A token whose signature was checked. */
interface Remembered {
  readonly facts: Facts;
  readonly by: PublishedKey;
}

/** Verifies launch tokens (RFC 9068 §4) by the issuer's keys, and remembers the latest, each to be verified once. */
export class LaunchTokens {
  readonly #issuer: string;
  readonly #clientId: string;
  readonly #keys: KeySet;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #remembered = new Map<string, Remembered>();

  /** `most` is how many tokens are remembered. */
  constructor(issuer: string, clientId: string, keys: KeySet, clock: Clock, most: number) {
    this.#issuer = issuer;
    this.#clientId = clientId;
    this.#keys = keys;
    this.#clock = clock;
    this.#most = most;
  }

  /** What a remembered token says, while it has not expired and its key is published. */
  recall(token: string): Facts | undefined {
    const known = this.#remembered.get(token);
    if (!known) return undefined;
    if (known.facts.expiresAt > this.#now && this.#keys.has(known.by)) return known.facts;
    this.#remembered.delete(token);
    return undefined;
  }

  /**
   * What the token says; undefined where it is not good.
   *
   * @throws {@link Unavailable} where the keys cannot be read.
   */
  async verify(token: string): Promise<Facts | undefined> {
    const read = (claims: JWTPayload): Facts | undefined => readFacts(claims, this.#issuer, this.#clientId, this.#now);
    const signed = await verifySigned(token, EXPECTED, this.#keys, read);
    // It may have expired while the keys were read.
    if (!signed || signed.read.expiresAt <= this.#now) return undefined;
    this.#remember(token, { facts: signed.read, by: signed.by });
    return signed.read;
  }

  get #now(): number {
    return this.#clock.wall() / 1000;
  }

  #remember(token: string, known: Remembered): void {
    if (this.#remembered.size >= this.#most) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(token, known);
  }
}

/** The scopes of a list (RFC 6749 §3.3). */
export function scopesOf(scope: string): readonly string[] {
  return Object.freeze(scope.split(" ").filter((one) => one !== ""));
}

/** Whom `act` names (RFC 8693 §4.1). */
export function actorOf(act: unknown): string | undefined {
  const sub = (act as { sub?: unknown } | null | undefined)?.sub;
  return isText(sub) ? sub : undefined;
}

function readFacts(claims: JWTPayload, issuer: string, clientId: string, now: number): Facts | undefined {
  const named = readNamed(claims, issuer, clientId, now);
  const { sub, sid, scope = "", act, cnf } = claims as JWTPayload & Record<"sid" | "scope" | "act" | "cnf", unknown>;
  // A token that is bound to a key (RFC 7800) is worth nothing without the proof, which nobody looks at here.
  if (!named || cnf !== undefined || !isText(sub) || !isText(sid) || typeof scope !== "string") return undefined;
  return { ...named, userId: sub, sessionId: sid, appId: clientId, actor: actorOf(act), given: scopesOf(scope) };
}
