import { since as ago, type Moment } from "../clock.js";
import { Recent } from "../recent.js";
import type { Facts } from "../validated.js";
import type { FeedEvent } from "./event.js";

/** For how long after the last word the feed is relied on, in milliseconds. */
export const SILENCE = 2000;

/** What the feed's word makes of a token: the scopes that hold; `undefined` where it must be asked. */
export type Judgement = { readonly allowed: readonly string[] } | "invalid" | undefined;

/**
 * How things stand by what the feed has said: what has ended, what holds, and whether that is recent enough to be
 * relied on. Every moment is an argument.
 */
export class Standing {
  #sessions = new Recent<true>();
  #tokens = new Recent<true>();
  #grants = new Recent<readonly string[]>();
  /** Each list of scopes once, since very many people have the same. */
  #scopes = new Recent<readonly string[]>();
  #hasCaughtUp = false;
  #heardAt: Moment | undefined;
  #isSuspended = false;
  /** Whether it was the present connection that said so. */
  #saidSuspended = false;

  /** A new connection: what it says is not complete before it has caught up. */
  opened(): void {
    this.#hasCaughtUp = false;
    this.#saidSuspended = false;
  }

  /** What was said cannot be relied on any more. */
  lost(): void {
    this.#hasCaughtUp = false;
    this.#heardAt = undefined;
  }

  /** `since` is since when it may have been there, unheard. */
  hear(event: FeedEvent, now: Moment, since = now): void {
    const { steady } = now;
    switch (event.kind) {
      case "reset":
        this.#forget();
        break;
      case "caught_up":
        this.#hasCaughtUp = true;
        this.#isSuspended = this.#saidSuspended;
        break;
      case "app_suspended":
        this.#isSuspended = true;
        this.#saidSuspended = true;
        break;
      case "session_ended":
        this.#sessions.set(event.sessionId, true, steady);
        break;
      case "token_revoked":
        this.#tokens.set(event.tokenId, true, steady);
        break;
      case "grant_changed":
        this.#grants.set(event.userId, this.#list(event.scope, steady), steady);
    }
    if (this.#hasCaughtUp) this.#heardAt = since;
  }

  /** Whether answers may be given without asking. */
  isLive(now: Moment): boolean {
    return this.#heardAt !== undefined && ago(now, this.#heardAt) < SILENCE;
  }

  /**
   * Whether every token is refused, since the app is suspended. That ends the feed: once it is silent, Portico is asked,
   * which knows at once when the app is resumed.
   */
  refusesAll(now: Moment): boolean {
    return this.#isSuspended && this.isLive(now);
  }

  judge(token: Facts, now: Moment): Judgement {
    if (!this.isLive(now)) return undefined;
    if (this.#isSuspended) return "invalid";
    const { steady } = now;
    if (this.#sessions.get(token.sessionId, steady) || this.#tokens.get(token.tokenId, steady)) return "invalid";
    const granted = this.#grants.get(token.userId, steady);
    if (granted === undefined) return { allowed: token.given };
    if (granted.length === 0) return "invalid";
    const isWhole = token.given.every((scope) => granted.includes(scope));
    return { allowed: isWhole ? token.given : token.given.filter((scope) => granted.includes(scope)) };
  }

  #forget(): void {
    this.lost();
    this.#isSuspended = false;
    this.#saidSuspended = false;
    for (const kept of [this.#sessions, this.#tokens, this.#grants, this.#scopes]) kept.clear();
  }

  #list(scope: string, now: number): readonly string[] {
    const known = this.#scopes.get(scope, now);
    if (known) return known;
    const list = scope.split(" ").filter((one) => one !== "");
    this.#scopes.set(scope, list, now);
    return list;
  }
}
