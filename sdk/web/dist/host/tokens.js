import { keep, keyOf, recall } from "./storage.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import { post } from "./issuer.js";
import { life, renewalOf } from "./renewal.js";
const PATIENCE_MS = 250;
export function tokensOf(host) {
    const { env } = host;
    let current = null;
    let renewal;
    let asked;
    const peers = new BroadcastChannel(keyOf(host, "tokens"));
    peers.onmessage = ({ data }) => void offer(data);
    const sidNow = () => current?.session.sid;
    const check = (sid) => {
        if (sid !== sidNow())
            throw new SessionExpired();
    };
    const hold = (next) => {
        current = next;
        if (next)
            return renewal.at(next.renewAt);
        renewal?.cancel();
        renewal = renewalOf(env, renew);
    };
    const store = (next) => keep(host, "tokens", next).catch(() => { });
    const replace = async (next) => {
        const sid = sidNow();
        hold(next);
        const stored = await recall(host, "tokens");
        if (stored?.session.sid === sid && current === next)
            await store(next);
    };
    const offer = async (tokens) => {
        if (!tokens || tokens.session.sid !== sidNow())
            return;
        const younger = tokens.expiresAt - current.expiresAt;
        if (younger > 0)
            await replace(tokens);
        if (younger < 0)
            peers.postMessage(current);
    };
    const renew = async () => {
        const before = current;
        const sid = sidNow();
        await asked;
        await offer(await recall(host, "tokens"));
        check(sid);
        if (current === before) {
            try {
                const form = { grant_type: "refresh_token", refresh_token: before.refresh_token };
                const next = read(await post(host, "token_endpoint", form), before);
                if (current === before) {
                    peers.postMessage(next);
                    await replace(next);
                }
            }
            catch (error) {
                if (error.code !== "invalid_grant")
                    throw error;
                if (current === before)
                    await host.over("expired");
            }
        }
        check(sid);
        return current.access_token;
    };
    const read = (answer, before) => {
        const { sub, sid } = unverifiedClaims(answer["id_token"]);
        const { access_token, refresh_token, expires_in } = answer;
        return {
            session: { sub, sid },
            ...before,
            access_token,
            ...(refresh_token && { refresh_token }),
            ...life(env.now(), (before ?? sid) && access_token && expires_in),
        };
    };
    const access = async () => {
        const before = current;
        if (!before)
            throw new PorticoError("not_signed_in");
        try {
            return env.now() < before.renewAt ? before.access_token : await renewal.run();
        }
        catch (error) {
            if (error instanceof Unreachable && current === before && env.now() < before.expiresAt)
                return before.access_token;
            throw error;
        }
    };
    const using = async (use, refused, sid = sidNow(), again = false) => {
        check(sid);
        try {
            return await use(await (again ? renewal.run() : access()));
        }
        catch (error) {
            check(sid);
            const { code } = error;
            if (!refused.test(code))
                throw error;
            if (!again)
                return await using(use, refused, sid, true);
            if (code !== "invalid_request")
                await host.over("expired");
            throw error;
        }
        finally {
            check(sid);
        }
    };
    hold(null);
    return {
        get session() {
            return current?.session;
        },
        access,
        using,
        replace,
        async restore() {
            const stored = await recall(host, "tokens");
            if (!stored || current)
                return;
            asked = new Promise((resolve) => env.timer(resolve, PATIENCE_MS));
            peers.postMessage(stored);
            hold(stored);
        },
        async adopt(answer) {
            const next = read(answer);
            await host.over("signed_out");
            hold(next);
            await store(next);
        },
        async signOut() {
            const sid = sidNow();
            await access().catch(() => undefined);
            if (!sid || sid !== sidNow())
                return;
            await post(host, "revocation_endpoint", { token: current.refresh_token });
            if (sid === sidNow())
                await host.over("signed_out");
        },
        close() {
            hold(null);
            peers.close();
        },
    };
}
