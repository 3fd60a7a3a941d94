import { browser } from "../shared/environment.js";
import { SessionExpired } from "../shared/errors.js";
import { Connection } from "./connection.js";
import { NoHost } from "./errors.js";
export const connect = (options) => open(options);
export async function open(options, begun) {
    const env = { ...browser, ...options.environment };
    const connection = new Connection(env, options.window ?? window, options);
    const timeout = options.timeout ?? 30_000;
    const undo = [];
    begun?.(connection);
    try {
        await new Promise((resolve, reject) => {
            if (timeout > 0)
                undo.push(env.timer(() => reject(new NoHost("no host has launched this page")), timeout));
            undo.push(connection.onLaunch(resolve));
            undo.push(connection.onSessionExpired((reason) => (begun ? resolve() : reject(new SessionExpired(reason)))));
            connection.ready();
        });
    }
    catch (error) {
        connection.close();
        throw error;
    }
    finally {
        for (const each of undo)
            each();
    }
    return connection;
}
