import { Emitter } from "../shared/emitter.js";
import { follow } from "./follow.js";
import { browser } from "../shared/environment.js";
import { beginSignIn, finishSignIn } from "./sign-in.js";
import { open } from "./launch.js";
import { PorticoError } from "../shared/errors.js";
import { authorized } from "./issuer.js";
import { decided, waiting } from "./consent.js";
import { tokensOf } from "./tokens.js";
export class PorticoHost {
    #host;
    #stop;
    constructor({ environment, storage = sessionStorage, theme = "light", locale = navigator.language, navigate = (url) => (location.href = url), ...options }) {
        const host = {
            ...options,
            env: { ...browser, ...environment },
            storage,
            theme,
            locale,
            navigate,
            events: new Emitter(),
            open: new Set(),
            over: async (reason) => {
                if (!this.session)
                    return;
                this.#stop?.();
                this.#stop = undefined;
                for (const miniProgram of host.open)
                    miniProgram.end(reason);
                await host.tokens.replace(null).finally(() => host.events.emit("session_expired", { reason }));
            },
        };
        host.tokens = tokensOf(host);
        this.#host = host;
    }
    get session() {
        return this.#host.tokens.session ?? null;
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
        const { redirectUri, tokens } = this.#host;
        const { origin, pathname, searchParams: answer } = new URL(href);
        const home = new URL(redirectUri);
        const consent = answer.get("consent");
        const state = answer.get("state");
        if (origin !== home.origin || pathname !== home.pathname || !(state ?? consent))
            return { kind: "none" };
        if (href === location.href)
            history.replaceState(null, "", redirectUri);
        if (state) {
            const [tokens, returnState] = await finishSignIn(this.#host, answer);
            await this.adopt(tokens);
            return { kind: "signed_in", returnState };
        }
        await tokens.restore();
        const launch = await waiting(this.#host);
        if (consent !== "done")
            throw new PorticoError("consent_expired");
        return launch && launch.sid === this.session?.sid ? { kind: "consent", launch } : { kind: "none" };
    }
    async restore() {
        try {
            await this.#host.tokens.restore();
            await this.#host.tokens.access();
        }
        catch (error) {
            if (this.session)
                throw error;
        }
        finally {
            this.#begin();
        }
        return !!this.session;
    }
    async adopt(answer) {
        await this.#host.tokens.adopt(answer);
        this.#begin();
    }
    signOut() {
        return this.#host.tokens.signOut();
    }
    async launch(appId, options) {
        const { container, iframe, webView, askAgain, ...launch } = options;
        const pending = { appId, ...launch, sid: this.session?.sid };
        return open(this.#host, pending, options, askAgain).catch(async (error) => {
            await decided(this.#host, error, pending);
            return open(this.#host, pending, options);
        });
    }
    resume(launch, place) {
        return open(this.#host, launch, place);
    }
    fetch(path, init) {
        return authorized(this.#host, path, init);
    }
    setTheme(theme) {
        this.#host.theme = theme;
        for (const miniProgram of this.#host.open)
            miniProgram.setTheme(theme);
    }
    setLocale(locale) {
        this.#host.locale = locale;
    }
    dispose() {
        this.#stop?.();
        this.#host.tokens.close();
        for (const miniProgram of this.#host.open)
            miniProgram.close();
    }
    #begin() {
        if (this.#stop || !this.session)
            return;
        this.#stop = follow(this.#host);
        this.#host.events.emit("signed_in", this.session);
    }
}
