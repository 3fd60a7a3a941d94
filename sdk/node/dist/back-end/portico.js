import { setTimeout as wait } from "node:timers/promises";
import { answerTo } from "./answer.js";
import { hasTokenForm, isText } from "./claims.js";
import { momentOf, systemClock } from "./clock.js";
import { privateKeyJwt, secretBasic } from "./credentials.js";
import { connectTo } from "./feed/connection.js";
import { follow } from "./feed/follow.js";
import { Following } from "./feed/following.js";
import { Standing } from "./feed/standing.js";
import { InvalidToken, TokenMissing, Unavailable } from "./failure.js";
import { Introspection } from "./introspection.js";
import { Issuer } from "./issuer.js";
import { KeySet } from "./key-set.js";
import { LaunchTokens } from "./launch-token.js";
import { logoutTokenOf, LogoutTokens } from "./logout.js";
import { whole } from "./options.js";
import { Validated } from "./validated.js";
const JOINED = 1000;
const LOOKS = 250;
const HELD = 60_000;
export class Portico {
    #options;
    #clock;
    #issuer;
    #keys;
    #standing = new Standing();
    #following;
    #launchTokens;
    #logoutTokens;
    #introspection;
    #over = new AbortController();
    #caughtUp;
    constructor(options, stage = {}) {
        const { issuer, clientId, timeout, remember, validate } = whole(options);
        const credentials = credentialsOf(options);
        this.#options = options;
        this.#clock = stage.clock ?? systemClock;
        this.#issuer = stage.issuer ?? new Issuer(issuer, timeout);
        this.#keys = new KeySet(() => this.#readKeys(), this.#clock, (error) => this.#tell(error));
        this.#following = new Following(this.#standing, this.#keys);
        this.#launchTokens = new LaunchTokens(issuer, clientId, this.#keys, this.#clock, remember);
        this.#logoutTokens = new LogoutTokens(issuer, clientId, this.#keys, this.#clock);
        const joined = validate === "introspection" ? 0 : JOINED;
        this.#introspection = new Introspection(this.#issuer, clientId, credentials, this.#clock, joined);
        let caughtUp = () => undefined;
        this.#caughtUp = new Promise((resolve) => (caughtUp = resolve));
        if (validate === "introspection") {
            caughtUp();
            return;
        }
        const surroundings = {
            clock: this.#clock, chance: stage.chance ?? Math.random, pause: stage.pause ?? pause,
            lost: (error) => this.#tell(error), caughtUp,
        };
        (stage.looks ?? looks)(() => this.#following.looked(momentOf(this.#clock)), this.#over.signal);
        void follow(stage.connect ?? connectTo(issuer, credentials), this.#following, surroundings, this.#over.signal);
    }
    get issuer() {
        return this.#options.issuer;
    }
    get clientId() {
        return this.#options.clientId;
    }
    get isLive() {
        return this.#standing.isLive(momentOf(this.#clock));
    }
    async ready() {
        if (this.#over.signal.aborted)
            return this.#caughtUp;
        const held = setInterval(() => undefined, HELD);
        const letGo = () => clearInterval(held);
        this.#over.signal.addEventListener("abort", letGo, { once: true });
        await this.#caughtUp;
        this.#over.signal.removeEventListener("abort", letGo);
        letGo();
    }
    async validate(token) {
        const validated = hasTokenForm(token) ? await this.#validated(token) : undefined;
        if (!validated)
            throw new InvalidToken();
        return validated;
    }
    async authorize(authorization, ...scopes) {
        const [, token] = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "") ?? [];
        if (token === undefined)
            throw new TokenMissing();
        const validated = await this.validate(token);
        validated.require(...scopes);
        return validated;
    }
    async receiveLogout(contentType, body, ended) {
        const token = logoutTokenOf(contentType, body);
        try {
            const who = token === undefined ? undefined : await this.#logoutTokens.take(token);
            if (!who)
                return said(400, "invalid_request");
            await ended(who);
            return { status: 200, headers: { "cache-control": "no-store" }, body: "" };
        }
        catch (error) {
            if (error instanceof Unavailable)
                return answerTo(error);
            this.#tell(error instanceof Error ? error : new Error("the app could not end a session"));
            return said(400, "logout_failed");
        }
    }
    close() {
        this.#over.abort();
        this.#standing.lost();
        this.#issuer.close();
    }
    async #validated(token) {
        if (this.#standing.refusesAll(momentOf(this.#clock)))
            return undefined;
        const facts = await this.#facts(token);
        if (facts === "invalid")
            return undefined;
        if (facts) {
            if (this.#logoutTokens.covers(facts))
                return undefined;
            const judgement = this.#standing.judge(facts, momentOf(this.#clock));
            if (judgement === "invalid")
                return undefined;
            if (judgement)
                return new Validated(facts, judgement.allowed);
        }
        return this.#introspection.validate(token, facts !== undefined);
    }
    async #facts(token) {
        try {
            return this.#launchTokens.recall(token) ?? (await this.#launchTokens.verify(token)) ?? "invalid";
        }
        catch (error) {
            if (error instanceof Unavailable)
                return undefined;
            throw error;
        }
    }
    async #readKeys() {
        const { jwks_uri: url } = await this.#issuer.metadata();
        return this.#issuer.ask(url, { method: "GET", headers: { accept: "application/json" } });
    }
    #tell(problem) {
        Promise.resolve(problem).then((one) => this.#options.onProblem?.(one)).catch(() => undefined);
    }
}
export function createPortico(options) {
    return new Portico(options);
}
function credentialsOf({ clientId, clientSecret, privateKey }) {
    if (privateKey && clientSecret !== undefined)
        throw new TypeError("there is both a clientSecret and a privateKey");
    if (privateKey)
        return privateKeyJwt(clientId, privateKey);
    if (!isText(clientSecret))
        throw new TypeError("clientSecret or privateKey is missing");
    return secretBasic(clientId, clientSecret);
}
function pause(milliseconds, signal) {
    return wait(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
function looks(look, signal) {
    const looking = setInterval(look, LOOKS).unref();
    signal.addEventListener("abort", () => clearInterval(looking), { once: true });
}
function said(status, error) {
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    return { status, headers, body: JSON.stringify({ error }) };
}
