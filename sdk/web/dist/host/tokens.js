import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { post } from "./issuer.js";
import { life, Renewal } from "./renewal.js";
import { keep, keyOf, recall } from "./storage.js";
const REFUSALS = {
    invalid_request: "stale",
    invalid_grant: "over",
    invalid_token: "over",
};
const refused = (error) => REFUSALS[error.code];
export class Tokens {
    #host;
    #peers;
    #renewal;
    constructor(host) {
        this.current = null;
        this.#host = host;
        this.#renewal = new Renewal(host.env, () => this.#renew());
        this.#peers = new BroadcastChannel(keyOf(host, "tokens"));
        this.#peers.onmessage = ({ data: [from, tokens] }) => {
            if (this.current?.refresh_token === from)
                void this.#keep(tokens);
        };
    }
    async restore() {
        const stored = await recall(this.#host, "tokens");
        if (stored && !this.current)
            await this.#keep(stored);
    }
    async adopt(answer) {
        const claims = unverifiedClaims(answer["id_token"]);
        await this.#take(answer, { sub: claims["sub"], sid: claims["sid"] });
    }
    async access() {
        const before = this.#signedIn();
        if (this.#host.env.now() < before.renewAt)
            return before.access_token;
        try {
            return await this.#renewal.run();
        }
        catch (error) {
            if (error instanceof Unreachable && this.current === before && this.#host.env.now() < before.expiresAt)
                return before.access_token;
            throw error;
        }
    }
    async using(use, again = false) {
        const sid = this.current?.session.sid;
        const sameSession = () => {
            if (sid !== this.current?.session.sid)
                throw new SessionExpired("expired");
        };
        try {
            const answer = await use(await (again ? this.#renewal.run() : this.access()));
            sameSession();
            return answer;
        }
        catch (error) {
            const meaning = refused(error);
            if (!meaning)
                throw error;
            sameSession();
            if (!again)
                return this.using(use, true);
            if (meaning === "over")
                await this.#host.over("expired");
            sameSession();
            throw error;
        }
    }
    async revoke() {
        await this.#renewal.settled();
        if (this.current)
            await post(this.#host, "revocation_endpoint", { token: this.current.refresh_token });
    }
    close() {
        this.current = null;
        this.#renewal.cancel();
        this.#peers.close();
    }
    async drop() {
        this.current = null;
        this.#renewal.cancel();
        await keep(this.#host, "tokens", null);
    }
    #signedIn() {
        if (!this.current)
            throw new PorticoError("not_signed_in");
        return this.current;
    }
    async #renew() {
        let from = this.#signedIn();
        const stored = await recall(this.#host, "tokens");
        if (stored && stored.session.sid === from.session.sid && stored.refresh_token !== from.refresh_token) {
            await this.#keep((from = stored));
            if (this.#host.env.now() < stored.renewAt)
                return stored.access_token;
        }
        let answer;
        try {
            answer = await post(this.#host, "token_endpoint", {
                grant_type: "refresh_token",
                refresh_token: from.refresh_token,
            });
        }
        catch (error) {
            if (refused(error) !== "over")
                throw error;
            if (this.current === from)
                await this.#host.over("expired");
            throw new SessionExpired("expired");
        }
        if (this.current !== from)
            throw new SessionExpired("signed_out");
        const next = await this.#take(answer, from.session, from.refresh_token);
        this.#peers.postMessage([from.refresh_token, next]);
        return next.access_token;
    }
    async #take(answer, session, before = "") {
        const { access_token = "", refresh_token = before } = answer;
        const tokens = {
            session,
            access_token,
            refresh_token,
            ...life(this.#host.env.now(), answer["expires_in"], 60_000),
        };
        await this.#keep(tokens);
        return tokens;
    }
    async #keep(tokens) {
        this.current = tokens;
        this.#renewal.at(tokens.renewAt);
        await keep(this.#host, "tokens", tokens);
    }
}
