import { setTimeout as wait } from "node:timers/promises";
import { answerTo } from "./answer.js";
import { hasTokenForm } from "./claims.js";
import { systemClock } from "./clock.js";
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
import { Validated } from "./validated.js";
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
        const { issuer, clientId, timeout = 5000, remember = 10_000 } = options;
        const credentials = credentialsOf(options);
        this.#options = options;
        this.#clock = stage.clock ?? systemClock;
        this.#issuer = stage.issuer ?? new Issuer(issuer, timeout);
        this.#keys = new KeySet(() => this.#readKeys(), this.#clock, (error) => this.#tell(error));
        this.#following = new Following(this.#standing, () => this.#keys.mayDiffer());
        this.#launchTokens = new LaunchTokens(issuer, clientId, this.#keys, this.#clock, remember);
        this.#logoutTokens = new LogoutTokens(issuer, clientId, this.#keys, this.#clock);
        this.#introspection = new Introspection(this.#issuer, clientId, credentials, this.#clock);
        let caughtUp = () => undefined;
        this.#caughtUp = new Promise((resolve) => (caughtUp = resolve));
        if (options.validate === "introspection") {
            caughtUp();
            return;
        }
        const surroundings = {
            clock: this.#clock, chance: stage.chance ?? Math.random, pause: stage.pause ?? pause,
            lost: (error) => this.#tell(error), caughtUp,
        };
        void follow(stage.connect ?? connectTo(issuer, credentials), this.#following, surroundings, this.#over.signal);
    }
    get issuer() {
        return this.#options.issuer;
    }
    get clientId() {
        return this.#options.clientId;
    }
    get isLive() {
        return this.#standing.isLive(this.#clock.steady());
    }
    ready() {
        return this.#caughtUp;
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
            if (who.sessionId !== undefined)
                this.#standing.endSession(who.sessionId, this.#clock.steady());
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
        if (this.#standing.isSuspended)
            return undefined;
        if (this.isLive) {
            const judged = await this.#judged(token);
            if (judged === "invalid")
                return undefined;
            if (judged)
                return judged;
        }
        return this.#introspection.validate(token);
    }
    async #judged(token) {
        let facts = this.#launchTokens.recall(token);
        try {
            facts ??= await this.#launchTokens.verify(token);
        }
        catch (error) {
            if (error instanceof Unavailable)
                return undefined;
            throw error;
        }
        if (!facts)
            return "invalid";
        const judgement = this.#standing.judge(facts, this.#clock.steady());
        return typeof judgement === "object" ? new Validated(facts, judgement.allowed) : judgement;
    }
    async #readKeys() {
        const { jwks_uri: url } = await this.#issuer.metadata();
        return this.#issuer.ask(url, { method: "GET", headers: { accept: "application/json" } });
    }
    #tell(problem) {
        queueMicrotask(() => this.#options.onProblem?.(problem));
    }
}
export function createPortico(options) {
    return new Portico(options);
}
function credentialsOf({ issuer, clientId, clientSecret, privateKey }) {
    if (!/^https?:/.test(issuer) || !URL.canParse(issuer))
        throw new TypeError("issuer must be an http or https URL");
    if (!clientId)
        throw new TypeError("clientId is missing");
    if (privateKey && clientSecret !== undefined)
        throw new TypeError("there is both a clientSecret and a privateKey");
    if (privateKey)
        return privateKeyJwt(clientId, privateKey);
    if (!clientSecret)
        throw new TypeError("clientSecret or privateKey is missing");
    return secretBasic(clientId, clientSecret);
}
function pause(milliseconds, signal) {
    return wait(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
function said(status, error) {
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    return { status, headers, body: JSON.stringify({ error }) };
}
