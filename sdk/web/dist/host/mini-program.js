import { parseMiniProgramMessage } from "../shared/from-mini-program.js";
import { union, without } from "../shared/scope.js";
import { BRIDGE_VERSION } from "../shared/shape.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { exchange } from "./exchange.js";
import { renewalOf } from "./renewal.js";
import { decided } from "./consent.js";
export function openMiniProgram(host, launch, origin, token, iframe, open) {
    const { env, events } = host;
    const { appId } = launch;
    let scope = "";
    let ended;
    let current = null;
    let launched;
    const take = (next) => {
        renewal.at(next.renewAt);
        scope = next.scope;
        return (token = next);
    };
    const renew = async () => {
        const before = token;
        const next = await exchange(host, launch, "none");
        if (!token)
            throw new SessionExpired();
        return before === token ? take(next) : renew();
    };
    const renewal = renewalOf(env, renew, async () => {
        if (!current)
            return;
        await renewal.run();
        tell();
    });
    const fresh = ({ value, expiresAt }, name = "token") => ({ [name]: value, expiresIn: Math.min(1800, Math.ceil((expiresAt - env.now()) / 1000)) });
    const tell = (say = current, id) => {
        if (say !== current)
            return id && tell();
        if (!say || !token || token.expiresAt <= env.now())
            return;
        if (say === launched && !id)
            return say("token_renewed", fresh(token));
        launched = say;
        const { theme, locale, path } = launch;
        say("launch", { ...id, ...fresh(token), miniProgramId: appId, scope, theme, locale, path });
        events.emit("launched", { appId, scope });
    };
    const answer = async (message, say) => {
        if (ended)
            return say("session_expired", { reason: ended });
        if (message.type === "ready") {
            tell(say);
            if (token.renewAt <= env.now())
                renewal.now();
            return;
        }
        const { id } = message;
        if (message.type === "renew")
            say("token_renewed", { ...fresh(await renewal.run()), id });
        else if (message.type === "login") {
            const { purpose } = message;
            const code = await exchange(host, launch, "none", purpose ?? "login");
            say("login_code", { ...fresh(code, "code"), id, purpose: purpose });
        }
        else {
            const more = message.scope;
            if (without(more, scope)) {
                const wider = () => ({ ...launch, scope: launch.scope && union(launch.scope, more) });
                await exchange(host, { ...launch, scope: more }, "consent").catch((error) => decided(host, error, wider()));
                launch = wider();
                await renew();
            }
            tell(say, { id });
        }
    };
    const stop = () => {
        renewal.cancel();
        token = null;
        scope = "";
    };
    const miniProgram = {
        appId,
        origin,
        iframe,
        get scope() {
            return scope;
        },
        get connected() {
            return !!current;
        },
        close() {
            stop();
            current = null;
            close();
            host.open.delete(miniProgram);
        },
        end(reason) {
            stop();
            ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
            current?.("session_expired", { reason: ended });
        },
        consentChanged(change) {
            scope = without(scope, change.removed);
            current?.("consent_changed", change);
        },
        setTheme(theme) {
            launch.theme = theme;
            current?.("theme_changed", { theme });
        },
    };
    take(token);
    host.open.add(miniProgram);
    const close = open({
        hear(data, post) {
            const message = parseMiniProgramMessage(data);
            const ready = message?.type === "ready";
            if (ready) {
                const say = (type, fields) => {
                    try {
                        if (say === current)
                            post({ portico: BRIDGE_VERSION, type, ...fields });
                    }
                    catch {
                    }
                };
                current = say;
            }
            const say = current;
            if (message && say)
                answer(message, say).catch((error) => {
                    const code = error instanceof PorticoError ? error.code : "server_error";
                    if ("id" in message && !ended)
                        say("error", { id: message.id, error: code });
                });
            return ready;
        },
        gone: () => (current = null),
    });
    return miniProgram;
}
