import { Emitter } from "../shared/emitter.js";
import { environment } from "../shared/environment.js";
import { SessionExpired } from "../shared/errors.js";
import { jsonObject, refusal } from "../shared/request.js";
import { Authorized } from "./authorized.js";
import { ConsentExpired } from "./errors.js";
import { follow } from "./events.js";
import { Exchange } from "./exchange.js";
import { Issuer } from "./issuer.js";
import { Launches } from "./launches.js";
import { peers } from "./peers.js";
import { ANSWER, SignIn } from "./sign-in.js";
import { Tokens } from "./tokens.js";
export class PorticoHost {
    #redirectUri;
    #navigate;
    #signIn;
    #peers;
    #tokens;
    #authorized;
    #launches;
    #events = new Emitter();
    #follow;
    #follower = null;
    constructor(options) {
        const env = environment(options.environment);
        const storage = options.storage ?? sessionStorage;
        const issuer = new Issuer(env, options.issuer, options.clientId);
        this.#redirectUri = options.redirectUri;
        this.#navigate = options.navigate ?? ((url) => location.assign(url));
        this.#signIn = new SignIn(env, issuer, storage, options.redirectUri, options.scope ?? "openid host");
        this.#peers = peers(options.clientId);
        this.#tokens = new Tokens(env, issuer, storage, this.#peers, () => this.#over("expired"));
        this.#authorized = new Authorized(env, issuer, this.#tokens);
        const exchange = new Exchange(env, issuer, this.#tokens);
        this.#launches = new Launches(env, exchange, storage, this.#events, {
            ...options,
            navigate: this.#navigate,
        });
        this.#follow = () => follow(env, this.#authorized, this.#launches, this.#events, (reason) => this.#over(reason));
    }
    get session() {
        return this.#tokens.session;
    }
    get miniPrograms() {
        return this.#launches.open;
    }
    on(name, listener) {
        return this.#events.on(name, listener);
    }
    async signIn(options = {}) {
        this.#navigate(await this.#signIn.begin(options, this.#launches.locale));
    }
    async handleRedirect(href = location.href) {
        const url = new URL(href);
        const home = new URL(this.#redirectUri);
        if (url.origin !== home.origin || url.pathname !== home.pathname)
            return { kind: "none" };
        const answer = new URLSearchParams(url.search);
        const consent = answer.get("consent");
        const signIn = answer.has("state") && (answer.has("code") || answer.has("error"));
        if (!signIn && consent === null)
            return { kind: "none" };
        for (const name of [...ANSWER, "consent"])
            url.searchParams.delete(name);
        history.replaceState(history.state, "", url);
        return signIn ? this.#signedIn(answer) : this.#consented(consent === "done");
    }
    async restore() {
        if (this.#follower !== null)
            return true;
        await this.#tokens.restore();
        if (this.session === null)
            return false;
        try {
            await this.#tokens.access();
        }
        catch (error) {
            if (error instanceof SessionExpired)
                return false;
            throw error;
        }
        this.#begin();
        return true;
    }
    async adopt(answer) {
        await this.#over("signed_out");
        await this.#tokens.adopt(answer);
        this.#begin();
    }
    async signOut() {
        await this.#tokens.revoke();
        await this.#over("signed_out");
    }
    async launch(appId, options) {
        const { container, iframe, askAgain, ...launch } = options;
        return this.#launches.launch({ appId, ...launch }, { ...(container && { container }), ...(iframe && { iframe }) }, askAgain);
    }
    async resume(launch, place) {
        return this.#launches.resume(launch, place);
    }
    async consent(request) {
        return jsonObject(await this.fetch(`/v1/consents/${encodeURIComponent(request)}`));
    }
    async decide(request, decision) {
        await this.fetch(`/v1/consents/${encodeURIComponent(request)}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(decision),
        });
    }
    async fetch(path, init = {}) {
        const response = await this.#authorized.fetch(path, init);
        if (!response.ok)
            throw refusal(response, await jsonObject(response));
        return response;
    }
    setTheme(theme) {
        this.#launches.setTheme(theme);
    }
    setLocale(locale) {
        this.#launches.locale = locale;
    }
    dispose() {
        this.#unfollow();
        this.#tokens.stop();
        this.#peers.close();
        for (const miniProgram of this.miniPrograms)
            miniProgram.close();
    }
    async #signedIn(answer) {
        const { tokens, returnState } = await this.#signIn.finish(answer);
        await this.adopt(tokens);
        return { kind: "signed_in", returnState };
    }
    async #consented(done) {
        const launch = await this.#launches.pending.take();
        if (!done)
            throw new ConsentExpired(launch?.appId ?? "");
        return launch === null ? { kind: "none" } : { kind: "consent", launch };
    }
    #begin() {
        const session = this.session;
        if (session === null)
            return;
        this.#unfollow();
        this.#follower = this.#follow();
        this.#events.emit("signed_in", session);
    }
    async #over(reason) {
        if (this.session === null)
            return;
        this.#unfollow();
        this.#launches.end(reason);
        await this.#tokens.drop();
        this.#events.emit("session_expired", { reason });
    }
    #unfollow() {
        this.#follower?.stop();
        this.#follower = null;
    }
}
