import type { Unsubscribe } from "../shared/emitter.js";
import { browser } from "../shared/environment.js";
import { SessionExpired } from "../shared/errors.js";
import { Connection } from "./connection.js";
import { NoHost } from "./errors.js";
import type { ConnectOptions } from "./options.js";

/**
 * Connects this page to the super app around it: says `ready`, and waits for the launch. Call it once a page.
 *
 * @throws {@link NoHost} outside a frame and a WebView, in a frame of a host that is not trusted, or without a launch
 * in time; {@link SessionExpired} when the host's session is over; {@link PorticoError} `invalid_origin` for a host
 * origin that is not exact.
 */
export const connect = (options: ConnectOptions): Promise<Connection> => open(options);

/**
 * @internal Connects as {@link connect} does. Given `begun`, which is handed the connection before anything is said, a
 * session that is over is no failure: the connection goes on, and waits for the next launch.
 */
export async function open(
  options: ConnectOptions,
  begun?: (connection: Connection) => void,
): Promise<Connection> {
  const env = { ...browser, ...options.environment };
  const connection = new Connection(env, options.window ?? window, options);
  const timeout = options.timeout ?? 30_000;
  const undo: Unsubscribe[] = [];
  begun?.(connection);
  try {
    await new Promise<void>((resolve, reject) => {
      if (timeout > 0)
        undo.push(env.timer(() => reject(new NoHost("no host has launched this page")), timeout));
      undo.push(connection.onLaunch(resolve));
      undo.push(connection.onSessionExpired((reason) => (begun ? resolve() : reject(new SessionExpired(reason)))));
      connection.ready();
    });
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    for (const each of undo) each();
  }
  return connection;
}
