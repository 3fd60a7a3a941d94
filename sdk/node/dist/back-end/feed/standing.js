import { Recent } from "../recent.js";
export const SILENCE = 2000;
export class Standing {
    #sessions = new Recent();
    #tokens = new Recent();
    #grants = new Recent();
    #scopes = new Recent();
    #hasCaughtUp = false;
    #heardAt = -Infinity;
    #isSuspended = false;
    opened() {
        this.#hasCaughtUp = false;
    }
    lost() {
        this.#hasCaughtUp = false;
        this.#heardAt = -Infinity;
    }
    hear(event, now) {
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
        if (this.#hasCaughtUp)
            this.#heardAt = now;
    }
    endSession(sessionId, now) {
        this.#sessions.set(sessionId, true, now);
    }
    isLive(now) {
        return now - this.#heardAt < SILENCE;
    }
    get isSuspended() {
        return this.#isSuspended;
    }
    judge(token, now) {
        if (this.#isSuspended)
            return "invalid";
        if (!this.isLive(now))
            return undefined;
        if (this.#sessions.get(token.sessionId, now) || this.#tokens.get(token.tokenId, now))
            return "invalid";
        const granted = this.#grants.get(token.userId, now);
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
