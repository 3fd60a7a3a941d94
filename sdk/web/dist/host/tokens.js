import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import { textClaim, unverifiedClaims } from "../shared/jwt.js";
import { textField } from "../shared/request.js";
import { SingleFlight } from "../shared/single-flight.js";
import { NotSignedIn } from "./errors.js";
import { Slot } from "./storage.js";
const RETRY_MS = 5_000;
export class Tokens {
    #env;
    #issuer;
    #slot;
    #peers;
    #onOver;
    #refresh = new SingleFlight(() => this.#renew());
    #current = null;
    #cancelTimer = () => { };
    constructor(env, issuer, storage, peers, onOver) {
        this.#env = env;
        this.#issuer = issuer;
        this.#slot = new Slot(storage, `portico.${issuer.clientId}.tokens`);
        this.#peers = peers;
        this.#onOver = onOver;
        peers.listen((from, tokens) => {
            if (this.#current?.refreshToken === from)
                void this.#keep(tokens);
        });
    }
    get session() {
        return this.#current && { sub: this.#current.sub, sid: this.#current.sid };
    }
    async restore() {
        const stored = await this.#slot.read();
        if (stored !== null && this.#current === null)
            await this.#keep(stored);
    }
    async adopt(answer) {
        const idToken = unverifiedClaims(textField(answer, "id_token"));
        await this.#keep(this.#read(answer, { sub: textClaim(idToken, "sub"), sid: textClaim(idToken, "sid") }, ""));
    }
    async access() {
        if (this.#current === null)
            throw new NotSignedIn();
        const now = this.#env.now();
        if (now < this.#current.renewAt)
            return this.#current.accessToken;
        const before = this.#current;
        try {
            return await this.#refresh.run();
        }
        catch (error) {
            if (error instanceof Unreachable && this.#current === before && this.#env.now() < before.expiresAt)
                return before.accessToken;
            throw error;
        }
    }
    async using(use, refusal) {
        const session = this.session;
        try {
            return await use(await this.access());
        }
        catch (error) {
            if (refusal(error) === null)
                throw error;
        }
        if (session?.sid !== this.session?.sid)
            throw new SessionExpired("expired");
        try {
            return await use(await this.#refresh.run());
        }
        catch (error) {
            if (refusal(error) !== "over")
                throw error;
            await this.#onOver();
            throw new SessionExpired("expired");
        }
    }
    async revoke() {
        await this.#refresh.settled();
        if (this.#current === null)
            return;
        await this.#issuer.post("revocation_endpoint", {
            token: this.#current.refreshToken,
            token_type_hint: "refresh_token",
        });
    }
    async drop() {
        this.#current = null;
        this.#cancelTimer();
        await this.#slot.write(null);
    }
    stop() {
        this.#current = null;
        this.#cancelTimer();
    }
    async #renew() {
        const before = this.#current;
        if (before === null)
            throw new NotSignedIn();
        const stored = await this.#slot.read();
        if (stored !== null && stored.sid === before.sid && stored.refreshToken !== before.refreshToken) {
            await this.#keep(stored);
            if (this.#env.now() < stored.renewAt)
                return stored.accessToken;
        }
        const from = this.#current ?? before;
        let answer;
        try {
            answer = await this.#issuer.post("token_endpoint", {
                grant_type: "refresh_token",
                refresh_token: from.refreshToken,
            });
        }
        catch (error) {
            if (!(error instanceof PorticoError) || error.code !== "invalid_grant")
                throw error;
            if (this.#current === from)
                await this.#onOver();
            throw new SessionExpired("expired");
        }
        if (this.#current !== from)
            throw new SessionExpired("signed_out");
        const next = this.#read(answer, from, from.refreshToken);
        await this.#keep(next);
        this.#peers.tell(from.refreshToken, next);
        return next.accessToken;
    }
    #read(answer, session, refreshToken) {
        const lifetime = Number(answer["expires_in"] ?? 0) * 1000;
        const expiresAt = this.#env.now() + lifetime;
        return {
            sub: session.sub,
            sid: session.sid,
            accessToken: textField(answer, "access_token"),
            refreshToken: textField(answer, "refresh_token") || refreshToken,
            renewAt: expiresAt - Math.min(60_000, lifetime / 5),
            expiresAt,
        };
    }
    async #keep(tokens) {
        this.#current = tokens;
        this.#schedule(tokens.renewAt - this.#env.now());
        await this.#slot.write(tokens);
    }
    #schedule(ms) {
        this.#cancelTimer();
        this.#cancelTimer = this.#env.timer(() => {
            this.#refresh.run().catch((error) => {
                if (error instanceof Unreachable)
                    this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
            });
        }, Math.max(0, ms));
    }
}
