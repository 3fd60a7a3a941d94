import { type Exchanged } from "./exchange.js";
import type { Theme } from "../shared/messages.js";
import type { Context } from "./context.js";
import type { PendingLaunch } from "./options.js";
import type { Documents } from "./documents.js";
/** A launch whose every field is decided. */
export type Launch = PendingLaunch & Required<Pick<PendingLaunch, "locale" | "path">> & {
    theme: Theme;
};
/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}. */
export interface MiniProgram {
    /** Its id, as registered. */
    readonly appId: string;
    /** The only origin that it is spoken to at. */
    readonly origin: string;
    /** The frame that it runs in; `undefined` in a WebView. */
    readonly iframe: HTMLIFrameElement | undefined;
    /** What it may see, as far as this host knows; empty when the session is over. */
    readonly scope: string;
    /**
     * Whether a document in its place has connected, and has not gone since, as far as the browser tells: one that connected
     * after it had loaded counts until two more have loaded, or one has connected. What it is told goes nowhere.
     */
    readonly connected: boolean;
    /** Stops speaking with it, and removes the iframe if `launch` made it. */
    close(): void;
}
/** Opens what `launch` says with its first `token`, in a place that `open` opens. */
export declare function openMiniProgram(host: Context, launch: Launch, origin: string, token: Exchanged | null, iframe: HTMLIFrameElement | undefined, open: (documents: Documents) => () => void): MiniProgram;
