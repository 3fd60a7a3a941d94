import { SessionExpired } from "../shared/errors.js";
import { covers, union, without } from "../shared/scope.js";
import { ask } from "./consent.js";
import { exchange } from "./exchange.js";
import { Renewal } from "./renewal.js";
export class MiniProgram {
    #host;
    #view;
    #renewal;
    #launch;
    #token;
    #ended;
    constructor(host, launch, view, token) {
        this.scope = "";
        this.#ended = null;
        this.appId = launch.appId;
        this.origin = view.origin;
        this.iframe = view.iframe;
        this.#host = host;
        this.#launch = launch;
        this.#view = view;
        this.#token = token;
        this.#renewal = new Renewal(host.env, async () => this.#take(await exchange(host, this.#launch, "none")), async () => {
            const say = view.say;
            say?.("token_renewed", this.#fresh(await this.#renewal.run()));
        });
        this.#take(token);
        host.open.add(this);
        view.open(launch.entry, (message, say) => void this.#hear(message, say));
    }
    get connected() {
        return !!this.#view.say;
    }
    close() {
        this.#stop();
        this.#view.close();
        this.#host.open.delete(this);
    }
    end(reason) {
        this.#stop();
        this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
        this.#view.say?.("session_expired", { reason: this.#ended });
    }
    consentChanged(change) {
        this.scope = without(this.scope, change.removed);
        this.#view.say?.("consent_changed", change);
    }
    themeChanged(theme) {
        this.#launch = { ...this.#launch, theme };
        this.#view.say?.("theme_changed", { theme });
    }
    async #hear(message, say) {
        if (this.#ended)
            return say("session_expired", { reason: this.#ended });
        try {
            await this.#answer(message, say);
        }
        catch (error) {
            const { code = "server_error" } = error;
            if (message.type !== "ready" && !this.#ended)
                say("error", { id: message.id, error: code });
        }
    }
    async #answer(message, say) {
        if (message.type === "ready") {
            if (this.#token && this.#token.renewAt <= this.#host.env.now())
                await this.#renewal.run();
            return this.#sendLaunch(say);
        }
        const { id } = message;
        if (message.type === "renew") {
            say("token_renewed", { id, ...this.#fresh(await this.#renewal.run()) });
        }
        else if (message.type === "login") {
            const { purpose } = message;
            const code = await exchange(this.#host, this.#launch, "none", purpose ?? "login");
            say("login_code", { id, code: code.value, expiresIn: this.#seconds(code), ...(purpose && { purpose }) });
        }
        else {
            if (!covers(this.scope, message.scope)) {
                const { scope } = this.#launch;
                const launch = { ...this.#launch, ...(scope && { scope: union(scope, message.scope) }) };
                this.#take(await ask(this.#host, launch, message.scope));
                this.#launch = launch;
            }
            this.#sendLaunch(say, { id });
        }
    }
    #take(token) {
        if (!this.#token)
            throw new SessionExpired(this.#ended ?? "expired");
        this.#renewal.at(token.renewAt);
        this.scope = token.scope;
        return (this.#token = token);
    }
    #stop() {
        this.#renewal.cancel();
        this.#token = null;
        this.scope = "";
    }
    #sendLaunch(say, id) {
        if (!this.#token)
            return;
        const { appId, scope } = this;
        const { theme, locale, path } = this.#launch;
        say("launch", { ...id, miniProgramId: appId, ...this.#fresh(this.#token), scope, theme, locale, path });
        this.#host.events.emit("launched", { appId, scope });
    }
    #fresh(token) {
        return { token: token.value, expiresIn: this.#seconds(token) };
    }
    #seconds({ expiresAt }) {
        return Math.min(1800, Math.ceil((expiresAt - this.#host.env.now()) / 1000));
    }
}
