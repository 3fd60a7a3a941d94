import { hasTokenForm, isText, readNamed } from "./claims.js";
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
    constructor(issuer, clientId, keys, clock) {
        this.#issuer = issuer;
        this.#clientId = clientId;
        this.#keys = keys;
        this.#clock = clock;
    }
    async take(token) {
        const signed = hasTokenForm(token) ? await verifySigned(token, EXPECTED, this.#keys) : undefined;
        const named = signed && readNamed(signed.claims, this.#issuer, this.#clientId, this.#clock.wall() / 1000);
        if (!named)
            return undefined;
        const { events, sid, sub } = signed.claims;
        const event = events?.[EVENT];
        if (!isObject(events) || !isObject(event) || "nonce" in signed.claims)
            return undefined;
        if (!isTextOrNone(sid) || !isTextOrNone(sub) || (sid === undefined && sub === undefined))
            return undefined;
        const now = this.#clock.steady();
        if (this.#taken.get(named.tokenId, now))
            return undefined;
        this.#taken.set(named.tokenId, true, now);
        return { sessionId: sid, userId: sub };
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
