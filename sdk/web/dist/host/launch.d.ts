import { type MiniProgram } from "./mini-program.js";
import type { Context } from "./context.js";
import type { PendingLaunch, Place } from "./options.js";
/** Opens a mini-program; does not ask the person. */
export declare function open(host: Context, pending: PendingLaunch, { iframe, webView, container }: Place, askAgain?: boolean): Promise<MiniProgram>;
