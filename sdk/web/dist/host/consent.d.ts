import type { Context } from "./context.js";
import type { PendingLaunch } from "./options.js";
/** The launch that waited, once. */
export declare const waiting: (host: Context) => Promise<PendingLaunch | null>;
/**
 * Has the person decide. Resolves once they have; never, when the page goes away for it.
 *
 * @throws `required`, when it is no {@link ConsentRequired}.
 */
export declare function decided(host: Context, required: unknown, launch: PendingLaunch): Promise<void>;
