import { open } from "../mini-program/connect.js";
import { Emitter } from "../shared/emitter.js";
import { browser } from "../shared/environment.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { covers, without } from "../shared/scope.js";
import { SCOPE } from "../shared/shape.js";
import { Asked } from "./asked.js";
import { call } from "./call.js";
import { LoggedIn } from "./logged-in.js";
import { authSetting, scopeOf } from "./settings.js";
import { userData } from "./user-data.js";
export function connectWx(options) {
    const env = { ...browser, ...options.environment };
    const here = options.window ?? window;
    const loggedIn = new LoggedIn(here);
    const asked = new Asked(here);
    const ends = new Emitter();
    const listening = new Map();
    const portico = open(options, (connection) => {
        connection.onLaunch(() => asked.launched(connection.person, connection.scope));
        connection.onSessionExpired((reason) => ends.emit("end", { reason }));
    });
    portico.catch(() => { });
    const inSession = (name, work) => call(name, async (options) => {
        const connection = await portico;
        return connection.sameSession(() => work(connection, options));
    });
    const sid = async (connection) => unverifiedClaims(await connection.token())["sid"] ?? "";
    const settings = (connection) => ({ authSetting: authSetting(connection.scope, asked.scope) });
    const ask = async (connection, scope) => {
        const noted = !connection.expired && typeof scope === "string" && SCOPE.test(scope) ? scope : "";
        asked.add(noted);
        asked.save(connection.scope);
        try {
            return await connection.requestPermission(scope);
        }
        catch (error) {
            if (error.code === "invalid_scope")
                asked.remove(noted);
            throw error;
        }
        finally {
            asked.save(connection.scope);
        }
    };
    const permit = async (connection, scope) => {
        if (scope && covers(connection.scope, scope))
            asked.add(scope);
        else if (!(await ask(connection, scope)))
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
            const missing = without(asked.scope, connection.scope);
            if (missing)
                await ask(connection, missing);
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
