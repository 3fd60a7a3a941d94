import { decodeJwt } from "jose";
import { hasTokenForm, isText } from "./claims.js";
import { Unavailable } from "./failure.js";
import { actorOf, scopesOf } from "./launch-token.js";
import { Validated } from "./validated.js";
const MOST_UNVERIFIED = 20;
export class Introspection {
    #issuer;
    #clientId;
    #credentials;
    #clock;
    #joined;
    #unverified = 0;
    #asked = new Map();
    constructor(issuer, clientId, credentials, clock, joined) {
        this.#issuer = issuer;
        this.#clientId = clientId;
        this.#credentials = credentials;
        this.#clock = clock;
        this.#joined = joined;
    }
    validate(token, isVerified) {
        const now = this.#clock.steady();
        const asked = this.#asked.get(token);
        if (asked && now - asked.since < this.#joined)
            return asked.answer;
        if (!isVerified && this.#unverified >= MOST_UNVERIFIED) {
            return Promise.reject(new Unavailable("too many tokens that cannot be verified are asked about"));
        }
        if (!isVerified)
            this.#unverified++;
        const answer = this.#ask(token).finally(() => {
            if (!isVerified)
                this.#unverified--;
            if (this.#asked.get(token)?.answer === answer)
                this.#asked.delete(token);
        });
        this.#asked.set(token, { since: now, answer });
        return answer;
    }
    async #ask(token) {
        const claims = hasTokenForm(token) ? readUnverified(token) : undefined;
        if (!claims)
            return undefined;
        const { introspection_endpoint: endpoint } = await this.#issuer.metadata();
        const { headers, fields } = await this.#credentials.of(this.#issuer.url);
        const answer = await this.#issuer.ask(endpoint, {
            method: "POST",
            headers: { ...headers, accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
            body: new URLSearchParams({ ...fields, token }).toString(),
        });
        return this.#read(answer, claims);
    }
    #read(answer, claims) {
        const { active, iss, aud, client_id, sub, sid, jti, iat, exp, scope = "", token_type: type } = answer;
        const isOwn = iss === this.#issuer.url && aud === this.#clientId && client_id === this.#clientId;
        if (active !== true || !isOwn)
            return undefined;
        if (typeof type !== "string" || type.toLowerCase() !== "bearer" || claims["cnf"] !== undefined)
            return undefined;
        if (!isText(sub))
            return undefined;
        const isWhole = isText(sid) && isText(jti) && typeof iat === "number" && typeof exp === "number" && typeof scope === "string";
        if (!isWhole)
            throw new Unavailable("what introspection answers lacks members");
        const given = typeof claims["scope"] === "string" ? scopesOf(claims["scope"]) : [];
        const facts = {
            userId: sub, sessionId: sid, appId: this.#clientId, tokenId: jti, actor: actorOf(claims["act"]),
            issuedAt: iat, expiresAt: exp, given,
        };
        return new Validated(facts, scopesOf(scope));
    }
}
function readUnverified(token) {
    try {
        return decodeJwt(token);
    }
    catch {
        return undefined;
    }
}
