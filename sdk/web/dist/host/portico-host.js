import { Emitter } from "../shared/emitter.js";
import { browser } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import { jsonObject, refusal } from "../shared/request.js";
import { decided, PENDING } from "./consent.js";
import { follow } from "./follow.js";
import { authorized } from "./issuer.js";
import { open } from "./launch.js";
import { beginSignIn, finishSignIn } from "./sign-in.js";
import { take } from "./storage.js";
import { Tokens } from "./tokens.js";
export class PorticoHost {
    #host;
    #stop = null;
    constructor(options) {
        const host = {
            env: { ...browser, ...options.environment },
            ...options,
            storage: options.storage ?? sessionStorage,
            events: new Emitter(),
            open: new Set(),
            theme: options.theme ?? "light",
            locale: options.locale ?? navigator.language,
            navigate: options.navigate ?? ((url) => location.assign(url)),
            over: async (reason) => {
                if (!this.session)
                    return;
                this.#stop?.abort();
                this.#stop = null;
                for (const miniProgram of host.open)
                    miniProgram.end(reason);
                await host.tokens.drop();
                host.events.emit("session_expired", { reason });
            },
        };
        host.tokens = new Tokens(host);
        this.#host = host;
    }
    get session() {
        return this.#host.tokens.current?.session ?? null;
    }
    get miniPrograms() {
        return [...this.#host.open];
    }
    on(name, listener) {
        return this.#host.events.on(name, listener);
    }
    async signIn(options = {}) {
        this.#host.navigate(await beginSignIn(this.#host, options));
    }
    async handleRedirect(href = location.href) {
        const { redirectUri } = this.#host;
        const [url, home] = [new URL(href), new URL(redirectUri)];
        const answer = url.searchParams;
        const consent = answer.get("consent");
        const signIn = answer.has("state");
        if (url.origin + url.pathname !== home.origin + home.pathname || !(signIn || consent))
            return { kind: "none" };
        history.replaceState(history.state, "", redirectUri);
        if (signIn) {
            const [tokens, returnState] = await finishSignIn(this.#host, answer);
            await this.adopt(tokens);
            return { kind: "signed_in", returnState };
        }
        const launch = await take(this.#host, PENDING);
        if (consent !== "done")
            throw new PorticoError("consent_expired");
        return launch ? { kind: "consent", launch } : { kind: "none" };
    }
    async restore() {
        if (this.#stop)
            return true;
        try {
            await this.#host.tokens.restore();
            await this.#host.tokens.access();
        }
        catch (error) {
            if (this.session)
                throw error;
            return false;
        }
        this.#begin();
        return true;
    }
    async adopt(answer) {
        await this.#host.over("signed_out");
        await this.#host.tokens.adopt(answer);
        this.#begin();
    }
    async signOut() {
        await this.#host.tokens.revoke();
        await this.#host.over("signed_out");
    }
    async launch(appId, options) {
        const { container, iframe, webView, askAgain, ...launch } = options;
        const pending = { appId, ...launch };
        return open(this.#host, pending, options, askAgain).catch(async (error) => {
            await decided(this.#host, error, pending);
            return open(this.#host, pending, options);
        });
    }
    async resume(launch, place) {
        return open(this.#host, launch, place);
    }
    async fetch(path, init) {
        const response = await authorized(this.#host, path, init);
        if (!response.ok)
            throw refusal(response, await jsonObject(response));
        return response;
    }
    setTheme(theme) {
        this.#host.theme = theme;
        for (const miniProgram of this.#host.open)
            miniProgram.themeChanged(theme);
    }
    setLocale(locale) {
        this.#host.locale = locale;
    }
    dispose() {
        this.#stop?.abort();
        this.#host.tokens.close();
        for (const miniProgram of this.miniPrograms)
            miniProgram.close();
    }
    #begin() {
        const session = this.session;
        if (!session)
            return;
        this.#stop?.abort();
        this.#stop = new AbortController();
        void follow(this.#host, this.#stop.signal);
        this.#host.events.emit("signed_in", session);
    }
}
