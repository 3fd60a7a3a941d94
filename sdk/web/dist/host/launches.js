import { PorticoError } from "../shared/errors.js";
import { BRIDGE_VERSION, parseHostMessage } from "../shared/messages.js";
import { exactOrigin } from "../shared/origin.js";
import { union } from "../shared/scope.js";
import { consentRequest } from "./consent.js";
import { ConsentRequired } from "./errors.js";
import { MiniProgram } from "./mini-program.js";
import { Slot } from "./storage.js";
export class Launches {
    pending;
    locale;
    #env;
    #exchange;
    #events;
    #options;
    #open = new Set();
    #theme;
    constructor(env, exchange, storage, events, options) {
        this.pending = new Slot(storage, `portico.${options.clientId}.launch`);
        this.locale = options.locale ?? navigator.language;
        this.#env = env;
        this.#exchange = exchange;
        this.#events = events;
        this.#options = options;
        this.#theme = options.theme ?? "light";
    }
    get open() {
        return [...this.#open];
    }
    async launch(pending, place, askAgain = false) {
        this.#checkOrigin(pending);
        const launch = this.#complete(pending);
        try {
            return this.#show(launch, place, await this.#first(launch, askAgain));
        }
        catch (error) {
            if (!(error instanceof ConsentRequired))
                throw error;
            await this.#decide(error, pending);
        }
        return this.#show(launch, place, await this.#first(launch));
    }
    async resume(pending, place) {
        this.#checkOrigin(pending);
        const launch = this.#complete(pending);
        return this.#show(launch, place, await this.#first(launch));
    }
    exchange(appId, wish) {
        return this.#exchange.run(appId, wish);
    }
    async ask(launch, scope) {
        this.#events.emit("permission_requested", { appId: launch.appId, scope });
        try {
            await this.#exchange.run(launch.appId, { scope: union("openid", scope), prompt: "consent" });
        }
        catch (error) {
            if (!(error instanceof ConsentRequired))
                throw error;
            await this.#decide(error, launch);
        }
        return this.#exchange.run(launch.appId, { scope: launch.scope, prompt: "none" });
    }
    launched(miniProgram) {
        this.#events.emit("launched", { appId: miniProgram.appId, scope: miniProgram.scope });
    }
    closed(miniProgram) {
        this.#open.delete(miniProgram);
    }
    setTheme(theme) {
        this.#theme = theme;
        for (const miniProgram of this.#open)
            miniProgram.themeChanged(theme);
    }
    end(reason) {
        for (const miniProgram of this.#open)
            miniProgram.end(reason);
    }
    consentChanged(change) {
        for (const miniProgram of this.#open) {
            if (miniProgram.appId === change.appId)
                miniProgram.consentChanged(change.scope, change.removed);
        }
    }
    #first(launch, askAgain = false) {
        return this.#exchange.run(launch.appId, {
            scope: launch.scope,
            ...(askAgain && { prompt: "consent" }),
            theme: launch.theme,
            locale: launch.locale,
        });
    }
    #complete(pending) {
        const { theme = this.#theme, locale = this.locale, path = "" } = pending;
        const probe = {
            portico: BRIDGE_VERSION,
            type: "launch",
            miniProgramId: pending.appId,
            token: "a.b.c",
            scope: "openid",
            expiresIn: 1,
        };
        if (parseHostMessage({ ...probe, theme, locale, path }) === null) {
            throw new PorticoError("invalid_launch", "appId, theme, locale or path is not well-formed");
        }
        return { ...pending, theme, locale, path };
    }
    #show(launch, place, token) {
        for (const other of this.#open)
            if (other.iframe === place.iframe)
                other.close();
        this.#checkOrigin(launch);
        const miniProgram = new MiniProgram(this.#env, this, launch, place, token);
        this.#open.add(miniProgram);
        return miniProgram;
    }
    #checkOrigin(launch) {
        const origin = exactOrigin(launch.entry);
        const taken = origin === location.origin ||
            this.open.some((other) => other.origin === origin && other.appId !== launch.appId);
        if (taken)
            throw new PorticoError("invalid_origin", `${launch.appId} needs an origin of its own`);
    }
    async #decide(required, launch) {
        const { issuer, redirectUri, navigate, onConsentRequired } = this.#options;
        const { theme, locale } = this.#complete(launch);
        const question = consentRequest(required, { issuer, returnTo: redirectUri, theme, locale });
        await this.pending.write(launch);
        if (onConsentRequired === undefined) {
            navigate(question.url);
            return new Promise(() => { });
        }
        await onConsentRequired(question).finally(() => this.pending.write(null));
    }
}
