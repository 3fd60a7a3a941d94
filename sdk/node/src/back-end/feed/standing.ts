import { Recent } from "../recent.js";
import type { Facts } from "../validated.js";
import type { FeedEvent } from "./event.js";

/** For how long after the last word the feed is relied on, in milliseconds. */
export const SILENCE = 2000;

/** What the feed's word makes of a token: the scopes that hold; `undefined` where it must be asked. */
export type Judgement = { readonly allowed: readonly string[] } | "invalid" | undefined;

/**
 * How things stand by what the feed has said: what has ended, what holds, and whether that is recent enough to be
 * relied on. Every moment is an argument, in milliseconds of a clock that never goes back.
 */
export class Standing {
  #sessions = new Recent<true>();
  #tokens = new Recent<true>();
  #grants = new Recent<readonly string[]>();
  /** Each list of scopes once, since very many people have the same. */
  #scopes = new Recent<readonly string[]>();
  #hasCaughtUp = false;
  #heardAt = -Infinity;
  #isSuspended = false;

  /** A new connection: what it says is not complete before it has caught up. */
  opened(): void {
    this.#hasCaughtUp = false;
  }

  /** What was said cannot be relied on any more. */
  lost(): void {
    this.#hasCaughtUp = false;
    this.#heardAt = -Infinity;
  }

  hear(event: FeedEvent, now: number): void {
    switch (event.kind) {
      case "reset":
        this.#forget();
        break;
      case "caught_up":
        this.#hasCaughtUp = true;
        this.#isSuspended = false;
        break;
      case "app_suspended":
        this.#isSuspended = true;
        break;
      case "session_ended":
        this.endSession(event.sessionId, now);
        break;
      case "token_revoked":
        this.#tokens.set(event.tokenId, true, now);
        break;
      case "grant_changed":
        this.#grants.set(event.userId, this.#list(event.scope, now), now);
    }
    if (this.#hasCaughtUp) this.#heardAt = now;
  }

  /** Refuses every token of this session. */
  endSession(sessionId: string, now: number): void {
    this.#sessions.set(sessionId, true, now);
  }

  /** Whether answers may be given without asking. */
  isLive(now: number): boolean {
    return now - this.#heardAt < SILENCE;
  }

  /** The app is suspended: every token is refused, and there is nobody to ask. */
  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  judge(token: Facts, now: number): Judgement {
    if (this.#isSuspended) return "invalid";
    if (!this.isLive(now)) return undefined;
    if (this.#sessions.get(token.sessionId, now) || this.#tokens.get(token.tokenId, now)) return "invalid";
    const granted = this.#grants.get(token.userId, now);
    if (granted === undefined) return { allowed: token.given };
    if (granted.length === 0) return "invalid";
    const isWhole = token.given.every((scope) => granted.includes(scope));
    return { allowed: isWhole ? token.given : token.given.filter((scope) => granted.includes(scope)) };
  }

  #forget(): void {
    this.lost();
    this.#isSuspended = false;
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
