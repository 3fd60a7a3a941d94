import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import { covers, union, without } from "../shared/scope.js";
import { SingleFlight } from "../shared/single-flight.js";
import { Frame } from "./frame.js";
const RETRY_MS = 5_000;
export class MiniProgram {
    appId;
    #env;
    #launcher;
    #frame;
    #renewal = new SingleFlight(() => this.#renew());
    #launch;
    #token;
    #ended = null;
    #closed = false;
    #cancelTimer = () => { };
    constructor(env, launcher, launch, place, token) {
        this.appId = launch.appId;
        this.#env = env;
        this.#launcher = launcher;
        this.#launch = launch;
        this.#token = token;
        this.#frame = new Frame(launch.entry, place, (message, document) => void this.#hear(message, document));
        this.#schedule();
    }
    get iframe() {
        return this.#frame.element;
    }
    get origin() {
        return this.#frame.origin;
    }
    get scope() {
        return this.#token?.scope ?? "";
    }
    get connected() {
        return this.#frame.document.ready;
    }
    async relaunch() {
        const document = this.#frame.document;
        const token = await this.#launcher.exchange(this.appId, { scope: this.#launch.scope });
        if (this.#closed)
            throw new PorticoError("closed", `${this.appId} is closed`);
        this.#token = token;
        this.#ended = null;
        this.#schedule();
        this.#sendLaunch(document);
    }
    close() {
        this.#cancelTimer();
        this.#closed = true;
        this.#token = null;
        this.#frame.close();
        this.#launcher.closed(this);
    }
    end(reason) {
        this.#cancelTimer();
        this.#token = null;
        this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
        this.#frame.send(this.#frame.document, "session_expired", { reason: this.#ended });
    }
    consentChanged(scope, removed) {
        if (this.#token !== null)
            this.#token = { ...this.#token, scope: without(this.#token.scope, removed) };
        this.#frame.send(this.#frame.document, "consent_changed", { scope, removed });
    }
    themeChanged(theme) {
        this.#launch = { ...this.#launch, theme };
        this.#frame.send(this.#frame.document, "theme_changed", { theme });
    }
    async #hear(message, document) {
        if (this.#ended !== null) {
            this.#frame.send(document, "session_expired", { reason: this.#ended });
            return;
        }
        try {
            await this.#answer(message, document);
        }
        catch (error) {
            const code = error instanceof PorticoError ? error.code : "server_error";
            if (message.type !== "ready" && this.#ended === null)
                this.#frame.send(document, "error", { id: message.id, error: code });
        }
    }
    async #answer(message, document) {
        switch (message.type) {
            case "ready":
                if (this.#left() <= this.#margin())
                    await this.#renewal.run();
                this.#sendLaunch(document);
                return;
            case "renew": {
                const token = await this.#renewal.run();
                this.#frame.send(document, "token_renewed", {
                    id: message.id,
                    token: token.value,
                    expiresIn: this.#seconds(token),
                });
                return;
            }
            case "login": {
                const code = await this.#launcher.exchange(this.appId, {
                    scope: this.#launch.scope,
                    prompt: "none",
                    type: "login-code",
                });
                this.#frame.send(document, "login_code", {
                    id: message.id,
                    code: code.value,
                    expiresIn: this.#seconds(code),
                });
                return;
            }
            case "request_permission":
                if (!covers(this.scope, message.scope))
                    await this.#permit(message.scope);
                this.#sendLaunch(document, message.id);
        }
    }
    async #permit(scope) {
        const { scope: asked, ...rest } = this.#launch;
        const launch = asked === undefined ? this.#launch : { ...rest, scope: union(asked, scope) };
        this.#take(await this.#launcher.ask(launch, scope));
        this.#launch = launch;
    }
    async #renew() {
        const token = await this.#launcher.exchange(this.appId, { scope: this.#launch.scope, prompt: "none" });
        this.#take(token);
        return token;
    }
    #take(token) {
        if (this.#token === null)
            throw new SessionExpired(this.#ended ?? "expired");
        this.#token = token;
        this.#schedule();
    }
    #sendLaunch(document, id) {
        if (this.#token === null || !document.ready)
            return;
        const { theme, locale, path } = this.#launch;
        this.#frame.send(document, "launch", {
            ...(id !== undefined && { id }),
            miniProgramId: this.appId,
            token: this.#token.value,
            scope: this.#token.scope,
            expiresIn: this.#seconds(this.#token),
            theme,
            locale,
            path,
        });
        this.#launcher.launched(this);
    }
    #left() {
        return this.#token === null ? 0 : this.#token.expiresAt - this.#env.now();
    }
    #seconds(token) {
        return Math.min(1800, Math.max(1, Math.floor((token.expiresAt - this.#env.now()) / 1000)));
    }
    #margin() {
        return Math.min(120_000, (this.#token?.lifetime ?? 0) / 5);
    }
    #schedule(ms = this.#left() - this.#margin()) {
        this.#cancelTimer();
        this.#cancelTimer = this.#env.timer(() => void this.#renewUnasked(), Math.max(0, ms));
    }
    async #renewUnasked() {
        const document = this.#frame.document;
        if (!document.ready)
            return;
        try {
            const token = await this.#renewal.run();
            this.#frame.send(document, "token_renewed", { token: token.value, expiresIn: this.#seconds(token) });
        }
        catch (error) {
            if (error instanceof Unreachable && this.#token !== null)
                this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
        }
    }
}
