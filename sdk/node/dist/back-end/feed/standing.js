import { since as ago } from "../clock.js";
import { Recent } from "../recent.js";
export const SILENCE = 2000;
export class Standing {
    #sessions = new Recent();
    #tokens = new Recent();
    #grants = new Recent();
    #scopes = new Recent();
    #hasCaughtUp = false;
    #heardAt;
    #isSuspended = false;
    #saidSuspended = false;
    opened() {
        this.#hasCaughtUp = false;
        this.#saidSuspended = false;
    }
    lost() {
        this.#hasCaughtUp = false;
        this.#heardAt = undefined;
    }
    hear(event, now, since = now) {
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
        if (this.#hasCaughtUp)
            this.#heardAt = since;
    }
    isLive(now) {
        return this.#heardAt !== undefined && ago(now, this.#heardAt) < SILENCE;
    }
    refusesAll(now) {
        return this.#isSuspended && this.isLive(now);
    }
    judge(token, now) {
        if (!this.isLive(now))
            return undefined;
        if (this.#isSuspended)
            return "invalid";
        const { steady } = now;
        if (this.#sessions.get(token.sessionId, steady) || this.#tokens.get(token.tokenId, steady))
            return "invalid";
        const granted = this.#grants.get(token.userId, steady);
        if (granted === undefined)
            return { allowed: token.given };
        if (granted.length === 0)
            return "invalid";
        const isWhole = token.given.every((scope) => granted.includes(scope));
        return { allowed: isWhole ? token.given : token.given.filter((scope) => granted.includes(scope)) };
    }
    #forget() {
        this.lost();
        this.#isSuspended = false;
        this.#saidSuspended = false;
        for (const kept of [this.#sessions, this.#tokens, this.#grants, this.#scopes])
            kept.clear();
    }
    #list(scope, now) {
        const known = this.#scopes.get(scope, now);
        if (known)
            return known;
        const list = scope.split(" ").filter((one) => one !== "");
        this.#scopes.set(scope, list, now);
        return list;
    }
}
