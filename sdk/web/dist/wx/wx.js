import { open } from "../mini-program/connect.js";
import { Emitter } from "../shared/emitter.js";
import { browser } from "../shared/environment.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { covers } from "../shared/scope.js";
import { call } from "./call.js";
import { LoggedIn } from "./logged-in.js";
import { authSetting, scopeOf } from "./settings.js";
import { userData } from "./user-data.js";
export function connectWx(options) {
    const env = { ...browser, ...options.environment };
    const loggedIn = new LoggedIn(options.window ?? window);
    const asked = new Set();
    const ends = new Emitter();
    const listening = new Map();
    const portico = open(options, (connection) => {
        connection.onPersonChanged(() => asked.clear());
        connection.onSessionExpired((reason) => ends.emit("end", { reason }));
    });
    portico.catch(() => { });
    const inSession = (name, work) => call(name, async (options) => {
        const connection = await portico;
        return connection.sameSession(() => work(connection, options));
    });
    const sid = async (connection) => unverifiedClaims(await connection.token())["sid"] ?? "";
    const settings = (connection) => ({ authSetting: authSetting(connection.scope, asked) });
    const permit = async (connection, scope) => {
        const held = scope && covers(connection.scope, scope);
        const granted = held || (await connection.requestPermission(scope));
        asked.add(scope);
        if (!granted)
            throw new PorticoError("access_denied", "auth deny");
    };
    return {
        portico,
        login: inSession("login", async (connection) => {
            const session = await sid(connection);
            const code = await connection.login();
            loggedIn.in(session);
            return { code };
        }),
        checkSession: inSession("checkSession", async (connection) => {
            if (!loggedIn.is(await sid(connection)))
                throw new SessionExpired("expired");
            return {};
        }),
        getUserProfile: inSession("getUserProfile", async (connection) => {
            await permit(connection, "profile.basic");
            const data = await userData(env, await connection.token(), "profile");
            return { ...data, userInfo: JSON.parse(data.rawData) };
        }),
        getPhoneNumber: inSession("getPhoneNumber", async (connection) => {
            await permit(connection, "phone.verified");
            const code = await connection.phoneCode();
            const older = userData(env, await connection.token(), "phone").catch((error) => {
                if (error.code !== "conflict")
                    throw error;
                return {};
            });
            return { code, ...(await older) };
        }),
        authorize: inSession("authorize", async (connection, { scope }) => {
            await permit(connection, scopeOf(scope));
            return {};
        }),
        getSetting: inSession("getSetting", async (connection) => {
            await connection.token();
            return settings(connection);
        }),
        openSetting: inSession("openSetting", async (connection) => {
            await connection.token();
            const missing = [...asked].filter((scope) => !covers(connection.scope, scope)).join(" ");
            if (missing)
                await connection.requestPermission(missing);
            return settings(connection);
        }),
        onSessionExpired(listener) {
            if (!listening.has(listener))
                listening.set(listener, ends.on("end", listener));
        },
        offSessionExpired(listener) {
            for (const each of listener ? [listener] : [...listening.keys()]) {
                listening.get(each)?.();
                listening.delete(each);
            }
        },
    };
}
