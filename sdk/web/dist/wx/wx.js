import { connect } from "../mini-program/connect.js";
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
    const portico = connect(options);
    const loggedIn = new LoggedIn(options.window ?? window);
    const asked = new Set();
    const listeners = new Set();
    portico.then((connection) => connection.onSessionExpired((reason) => {
        for (const listener of [...listeners])
            listener({ reason });
    }), () => { });
    const sid = async (connection) => unverifiedClaims(await connection.token())["sid"] ?? "";
    const settings = (connection) => ({ authSetting: authSetting(connection.scope, asked) });
    const permitted = async (scope) => {
        const connection = await portico;
        asked.add(scope);
        if (!covers(connection.scope, scope) && !(await connection.requestPermission(scope)))
            throw new PorticoError("access_denied", "auth deny");
        return connection;
    };
    return {
        portico,
        login: call("login", async () => {
            const connection = await portico;
            const code = await connection.login();
            loggedIn.in(await sid(connection));
            return { code };
        }),
        checkSession: call("checkSession", async () => {
            const connection = await portico;
            if (!loggedIn.is(await sid(connection)))
                throw new SessionExpired("expired");
            return {};
        }),
        getUserProfile: call("getUserProfile", async () => {
            const connection = await permitted("profile.basic");
            const data = await userData(env, await connection.token(), "profile");
            return { ...data, userInfo: JSON.parse(data.rawData) };
        }),
        getPhoneNumber: call("getPhoneNumber", async () => {
            const connection = await permitted("phone.verified");
            const code = await connection.phoneCode();
            const older = userData(env, await connection.token(), "phone").catch((error) => {
                if (error.code !== "conflict")
                    throw error;
                return {};
            });
            return { code, ...(await older) };
        }),
        authorize: call("authorize", async ({ scope }) => {
            await permitted(scopeOf(scope));
            return {};
        }),
        getSetting: call("getSetting", async () => {
            const connection = await portico;
            await connection.token();
            return settings(connection);
        }),
        openSetting: call("openSetting", async () => {
            const connection = await portico;
            await connection.token();
            const missing = [...asked].filter((scope) => !covers(connection.scope, scope)).join(" ");
            if (missing)
                await connection.requestPermission(missing);
            return settings(connection);
        }),
        onSessionExpired: (listener) => void listeners.add(listener),
        offSessionExpired: (listener) => void (listener ? listeners.delete(listener) : listeners.clear()),
    };
}
