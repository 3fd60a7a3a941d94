import { isText, readNamed } from "./claims.js";
import { Recent } from "./recent.js";
import { verifySigned } from "./signed.js";
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const EXPECTED = { typ: "logout+jwt", algorithms: ["RS256", "ES256", "EdDSA"] };
export class LogoutTokens {
    #issuer;
    #clientId;
    #keys;
    #clock;
    #taken = new Recent();
    #sessions = new Recent();
    #people = new Recent();
    constructor(issuer, clientId, keys, clock) {
        this.#issuer = issuer;
        this.#clientId = clientId;
        this.#keys = keys;
        this.#clock = clock;
    }
    async take(token) {
        const signed = await verifySigned(token, EXPECTED, this.#keys, (claims) => this.#read(claims));
        if (!signed)
            return undefined;
        const { tokenId, issuedAt, sessionId, userId } = signed.read;
        const now = this.#clock.steady();
        if (this.#taken.get(tokenId, now))
            return undefined;
        this.#taken.set(tokenId, true, now);
        if (sessionId !== undefined)
            this.#sessions.set(sessionId, true, now);
        else if (userId !== undefined)
            this.#people.set(userId, Math.max(issuedAt, this.#people.get(userId, now) ?? 0), now);
        return { sessionId, userId };
    }
    covers({ sessionId, userId, issuedAt }) {
        const now = this.#clock.steady();
        return this.#sessions.get(sessionId, now) !== undefined || issuedAt <= (this.#people.get(userId, now) ?? -Infinity);
    }
    #read(claims) {
        const named = readNamed(claims, this.#issuer, this.#clientId, this.#clock.wall() / 1000);
        const { events, sid, sub } = claims;
        const event = events?.[EVENT];
        if (!named || !isObject(events) || !isObject(event) || "nonce" in claims)
            return undefined;
        if (!isTextOrNone(sid) || !isTextOrNone(sub) || (sid === undefined && sub === undefined))
            return undefined;
        return { ...named, sessionId: sid, userId: sub };
    }
}
export function logoutTokenOf(contentType, body) {
    if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(contentType ?? ""))
        return undefined;
    const [token, ...more] = new URLSearchParams(body).getAll("logout_token");
    return more.length === 0 ? token : undefined;
}
function isTextOrNone(value) {
    return value === undefined || isText(value);
}
function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
