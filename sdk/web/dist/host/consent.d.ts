import type { Context } from "./context.js";
import { type Exchanged } from "./exchange.js";
import type { Launch } from "./mini-program.js";
import type { PendingLaunch } from "./options.js";
/** Where the launch is kept that waits while the person is at the consent page. */
export declare const PENDING = "launch";
/**
 * Has the person decide. Resolves once they have; never, when the page goes away for it.
 *
 * @throws `required`, when it is no {@link ConsentRequired}.
 */
export declare function decided(host: Context, required: unknown, launch: PendingLaunch): Promise<void>;
/** Asks the person for `scope`, then exchanges as `launch` says. */
export declare function ask(host: Context, launch: Launch, scope: string): Promise<Exchanged>;
