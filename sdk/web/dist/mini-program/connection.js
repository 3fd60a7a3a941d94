import { Emitter } from "../shared/emitter.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { covers, without } from "../shared/scope.js";
import { SCOPE } from "../shared/shape.js";
import { singleFlight } from "../shared/single-flight.js";
import { Channel, unexpected } from "./channel.js";
import { Kept } from "./kept.js";
import { UserInfo } from "./userinfo.js";
export class Connection {
    #env;
    #channel;
    #kept;
    #userInfo;
    #events = new Emitter();
    #renewal = singleFlight(() => this.#renew());
    #launch = null;
    #token = null;
    #scope = "";
    #theme = "light";
    #ended = "expired";
    #sessions = 0;
    constructor(env, window, options) {
        this.#env = env;
        this.#kept = new Kept(window, options.storages ?? []);
        this.#userInfo = new UserInfo(env);
        this.#channel = new Channel(env, window, options.hostOrigins, (message) => this.#hear(message));
    }
    get miniProgramId() {
        return this.#launch?.miniProgramId ?? "";
    }
    get scope() {
        return this.#scope;
    }
    get theme() {
        return this.#theme;
    }
    get locale() {
        return this.#launch?.locale ?? "";
    }
    get path() {
        return this.#launch?.path ?? "";
    }
    get expired() {
        return this.#token === null;
    }
    async token() {
        const token = this.#live();
        if (this.#env.now() < token.renewAt)
            return token.value;
        try {
            return await this.#renewal();
        }
        catch (error) {
            if (this.#token === token && this.#env.now() < token.expiresAt)
                return token.value;
            throw error;
        }
    }
    login() {
        return this.#code();
    }
    phoneCode() {
        return this.#code("phone");
    }
    async requestPermission(scope) {
        this.#live();
        if (typeof scope !== "string" || !SCOPE.test(scope))
            throw new PorticoError("invalid_scope");
        try {
            await this.#channel.ask("request_permission", { scope });
        }
        catch (error) {
            if (error instanceof PorticoError && error.code === "access_denied")
                return false;
            throw error;
        }
        this.#live();
        return covers(this.#scope, scope);
    }
    profile() {
        return this.sameSession(async () => this.#userInfo.read(await this.token(), () => this.#renewal()));
    }
    onLaunch(listener) {
        return this.#events.on("launch", listener);
    }
    onPersonChanged(listener) {
        return this.#events.on("person_changed", listener);
    }
    onConsentChanged(listener) {
        return this.#events.on("consent_changed", listener);
    }
    onThemeChanged(listener) {
        return this.#events.on("theme_changed", listener);
    }
    onSessionExpired(listener) {
        return this.#events.on("session_expired", listener);
    }
    close() {
        this.#channel.close();
        this.#end("expired");
    }
    async sameSession(work) {
        const session = this.#sessions;
        try {
            return await work();
        }
        finally {
            if (this.#sessions !== session)
                throw new SessionExpired(this.#ended);
        }
    }
    get person() {
        return unverifiedClaims(this.#token?.value ?? "")["sub"] ?? "";
    }
    ready() {
        this.#channel.ready();
    }
    async #code(purpose) {
        this.#live();
        const reply = await this.#channel.ask("login", { ...(purpose && { purpose }) });
        if (reply.type !== "login_code" || reply.purpose !== purpose)
            throw unexpected(reply);
        return reply.code;
    }
    #live() {
        if (this.#token === null)
            throw new SessionExpired(this.#ended);
        return this.#token;
    }
    async #renew() {
        this.#live();
        const reply = await this.#channel.ask("renew", {});
        if (reply.type !== "token_renewed")
            throw unexpected(reply);
        return reply.token;
    }
    #hear(message) {
        switch (message.type) {
            case "launch":
                return this.#launched(message);
            case "token_renewed":
                if (this.#token !== null)
                    this.#take(message.token, message.expiresIn);
                return;
            case "consent_changed":
                this.#scope = without(this.#scope, message.removed);
                return this.#events.emit("consent_changed", { scope: message.scope, removed: message.removed });
            case "theme_changed":
                this.#theme = message.theme;
                return this.#events.emit("theme_changed", message.theme);
            case "session_expired":
                this.#end(message.reason);
                this.#events.emit("session_expired", message.reason);
        }
    }
    #launched(message) {
        const changed = this.#kept.belongsTo(unverifiedClaims(message.token)["sub"] ?? "");
        const begins = changed || this.#token === null || message.id === undefined;
        if (changed)
            this.#end("signed_out");
        this.#launch = message;
        this.#theme = message.theme;
        this.#take(message.token, message.expiresIn);
        this.#scope = message.scope;
        if (changed)
            this.#events.emit("person_changed", undefined);
        if (begins)
            this.#events.emit("launch", undefined);
    }
    #take(value, expiresIn) {
        const expiresAt = this.#env.now() + expiresIn * 1000;
        this.#token = { value, expiresAt, renewAt: expiresAt - Math.min(30_000, expiresIn * 100) };
        this.#scope = unverifiedClaims(value)["scope"] || this.#scope;
    }
    #end(reason) {
        this.#ended = reason;
        this.#sessions += 1;
        this.#token = null;
        this.#launch = null;
        this.#scope = "";
        this.#renewal = singleFlight(() => this.#renew());
        this.#channel.failAll(new SessionExpired(reason));
    }
}
