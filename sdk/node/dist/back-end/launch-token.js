import { isText, readNamed } from "./claims.js";
import { verifySigned } from "./signed.js";
const EXPECTED = { typ: "at+jwt", algorithms: ["EdDSA"] };
export class LaunchTokens {
    #issuer;
    #clientId;
    #keys;
    #clock;
    #most;
    #remembered = new Map();
    constructor(issuer, clientId, keys, clock, most) {
        this.#issuer = issuer;
        this.#clientId = clientId;
        this.#keys = keys;
        this.#clock = clock;
        this.#most = most;
    }
    recall(token) {
        const known = this.#remembered.get(token);
        if (!known)
            return undefined;
        if (known.facts.expiresAt > this.#now && this.#keys.has(known.by))
            return known.facts;
        this.#remembered.delete(token);
        return undefined;
    }
    async verify(token) {
        const read = (claims) => readFacts(claims, this.#issuer, this.#clientId, this.#now);
        const signed = await verifySigned(token, EXPECTED, this.#keys, read);
        if (!signed || signed.read.expiresAt <= this.#now)
            return undefined;
        this.#remember(token, { facts: signed.read, by: signed.by });
        return signed.read;
    }
    get #now() {
        return this.#clock.wall() / 1000;
    }
    #remember(token, known) {
        if (this.#remembered.size >= this.#most) {
            const [oldest] = this.#remembered.keys();
            if (oldest !== undefined)
                this.#remembered.delete(oldest);
        }
        this.#remembered.set(token, known);
    }
}
export function scopesOf(scope) {
    return Object.freeze(scope.split(" ").filter((one) => one !== ""));
}
export function actorOf(act) {
    const sub = act?.sub;
    return isText(sub) ? sub : undefined;
}
function readFacts(claims, issuer, clientId, now) {
    const named = readNamed(claims, issuer, clientId, now);
    const { sub, sid, scope = "", act, cnf } = claims;
    if (!named || cnf !== undefined || !isText(sub) || !isText(sid) || typeof scope !== "string")
        return undefined;
    return { ...named, userId: sub, sessionId: sid, appId: clientId, actor: actorOf(act), given: scopesOf(scope) };
}
