import { Connections } from "./ask.js";
import { InvalidToken, Unavailable } from "./back-end/failure.js";
import { createPortico } from "./back-end/portico.js";
import { Refused } from "./refused.js";
const MOST = 1000;
const AT_ONCE = 4;
export class PorticoPeople {
    #issuer;
    #timeout;
    #validation;
    #connections = new Connections();
    #validators = new Map();
    #endpoints;
    constructor(issuer, timeout, validation = "feed") {
        this.#issuer = issuer;
        this.#timeout = timeout;
        this.#validation = validation;
    }
    async introspect(app, token) {
        try {
            const { userId, allowedScopes } = await this.#validator(app).validate(token);
            return { sub: userId, scope: allowedScopes };
        }
        catch (error) {
            if (error instanceof InvalidToken)
                return undefined;
            throw error instanceof Unavailable ? unavailable(error.message) : error;
        }
    }
    close() {
        for (const validator of this.#validators.values())
            validator.close();
        this.#connections.close();
    }
    async counterparts(app, from, to, names) {
        const all = [...names];
        const questions = [];
        for (let at = 0; at < all.length; at += MOST)
            questions.push(all.slice(at, at + MOST));
        const found = new Map();
        const work = questions.values();
        const ask = async () => {
            for (const openids of work) {
                const resolved = await this.#resolved(app, { from, to, openids });
                openids.forEach((openid, at) => found.set(openid, resolved[at] ?? null));
            }
        };
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, questions.length) }, ask));
        const known = [...found].map(([name, openId]) => {
            const isFound = openId !== null;
            return [name, { openId: openId ?? undefined, isKnownHere: true, isKnownThere: !isFound }];
        });
        return new Map(known);
    }
    async unionId(token) {
        const { userinfo_endpoint: endpoint } = await this.#discovered();
        const { unionid } = await this.#asked(endpoint, {
            method: "GET",
            headers: { authorization: `Bearer ${token}` },
        });
        return typeof unionid === "string" ? unionid : undefined;
    }
    async #resolved(app, question) {
        const { results } = await this.#asked(`${this.#base}/v1/identities/resolve`, {
            method: "POST",
            headers: { authorization: basic(app), "content-type": "application/json" },
            body: JSON.stringify(question),
        });
        const rows = Array.isArray(results) ? results : [];
        return question.openids.map((openid, at) => {
            const row = rows[at];
            if (row?.openid !== openid)
                throw unavailable("the answer about OpenIDs is not about those that were asked");
            return typeof row.resolved === "string" ? row.resolved : null;
        });
    }
    #validator({ id, secret = "" }) {
        const known = this.#validators.get(id);
        if (known)
            return known;
        const validator = createPortico({
            issuer: this.#issuer, clientId: id, clientSecret: secret, timeout: this.#timeout, validate: this.#validation,
        });
        this.#validators.set(id, validator);
        return validator;
    }
    get #base() {
        return this.#issuer.replace(/\/$/, "");
    }
    #discovered() {
        this.#endpoints ??= this.#discover().catch((error) => {
            this.#endpoints = undefined;
            throw error;
        });
        return this.#endpoints;
    }
    async #discover() {
        const metadata = await this.#asked(`${this.#base}/.well-known/openid-configuration`, {
            method: "GET",
            headers: {},
        });
        if (metadata["issuer"] !== this.#issuer)
            throw unavailable(`discovery does not speak for ${this.#issuer}`);
        return metadata;
    }
    async #asked(url, question) {
        const { status, body } = await this.#connections.ask(url, question, this.#timeout).catch(() => {
            throw unavailable(`no answer from ${new URL(url).origin}`);
        });
        const path = new URL(url).pathname;
        if (status !== 200)
            throw unavailable(`${status} from ${path}${hint(status)}`);
        const answer = parsed(body);
        if (!answer)
            throw unavailable(`no JSON from ${path}`);
        return answer;
    }
}
function parsed(text) {
    try {
        const value = JSON.parse(text);
        return typeof value === "object" && value !== null ? value : undefined;
    }
    catch {
        return undefined;
    }
}
function hint(status) {
    if (status === 401)
        return ": the app's credentials are wrong";
    return status === 403 ? ": is an agreement registered, this way round?" : "";
}
function unavailable(because) {
    return new Refused("temporarily_unavailable", "Try again in a moment.", { because });
}
function basic({ id, secret = "" }) {
    const form = (text) => new URLSearchParams([["", text]]).toString().slice(1);
    return `Basic ${Buffer.from(`${form(id)}:${form(secret)}`).toString("base64")}`;
}
