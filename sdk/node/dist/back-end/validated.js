import { InsufficientScope, ScopeWithdrawn } from "./failure.js";
const NONE = Object.freeze([]);
export class Validated {
    userId;
    allowedScopes;
    withdrawnScopes;
    sessionId;
    appId;
    tokenId;
    actor;
    issuedAt;
    expiresAt;
    constructor(facts, allowed) {
        this.userId = facts.userId;
        this.allowedScopes = allowed;
        this.withdrawnScopes = allowed === facts.given ? NONE : facts.given.filter((scope) => !allowed.includes(scope));
        this.sessionId = facts.sessionId;
        this.appId = facts.appId;
        this.tokenId = facts.tokenId;
        this.actor = facts.actor;
        this.issuedAt = facts.issuedAt;
        this.expiresAt = facts.expiresAt;
    }
    has(scope) {
        return this.allowedScopes.includes(scope);
    }
    wasWithdrawn(scope) {
        return this.withdrawnScopes.includes(scope);
    }
    require(...scopes) {
        const missing = scopes.filter((scope) => !this.has(scope));
        if (missing.length === 0)
            return;
        throw missing.every((scope) => this.wasWithdrawn(scope)) ? new ScopeWithdrawn(missing) : new InsufficientScope(missing);
    }
}
