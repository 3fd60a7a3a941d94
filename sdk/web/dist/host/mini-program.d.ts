import type { PendingLaunch } from "./options.js";
/** A launch whose every field is decided. */
export type Launch = PendingLaunch & Required<Pick<PendingLaunch, "theme" | "locale" | "path">>;
/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}. */
export declare class MiniProgram {
    #private;
    /** Its id, as registered. */
    readonly appId: string;
    /** The only origin that it is spoken to at. */
    readonly origin: string;
    /** The frame that it runs in; `undefined` in a WebView. */
    readonly iframe: HTMLIFrameElement | undefined;
    /** What it may see, as far as this host knows; empty when the session is over. */
    scope: string;
    /** Whether the document in its place has connected, and has not gone since. */
    get connected(): boolean;
    /** Stops speaking with it, and removes the iframe if `launch` made it. */
    close(): void;
}
