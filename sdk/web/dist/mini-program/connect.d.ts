import { Connection } from "./connection.js";
import type { ConnectOptions } from "./options.js";
/**
 * Connects this page to the super app around it: says `ready`, and waits for the launch. Call it once a page.
 *
 * @throws {@link NoHost} outside a frame and a WebView, in a frame of a host that is not trusted, or without a launch
 * in time; {@link SessionExpired} when the host's session is over; {@link PorticoError} `invalid_origin` for a host
 * origin that is not exact.
 */
export declare const connect: (options: ConnectOptions) => Promise<Connection>;
