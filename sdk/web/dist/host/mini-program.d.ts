import type { Exchanged, Wish } from "./exchange.js";
import type { PendingLaunch } from "./options.js";
/** What a mini-program needs of its host. */
export interface Launcher {
    exchange(appId: string, wish: Wish): Promise<Exchanged>;
    /** Asks the person for `scope`, then launches as `launch` says. */
    ask(launch: PendingLaunch, scope: string): Promise<Exchanged>;
    launched(miniProgram: MiniProgram): void;
    closed(miniProgram: MiniProgram): void;
}
/** A launch whose every field is decided. */
export type Launch = PendingLaunch & Required<Pick<PendingLaunch, "theme" | "locale" | "path">>;
/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}. */
export declare class MiniProgram {
    #private;
    readonly appId: string;
    /** The frame that it runs in. */
    get iframe(): HTMLIFrameElement;
    /** The only origin that it is spoken to at. */
    get origin(): string;
    /** What it may see, as far as this host knows; empty when the session is over. */
    get scope(): string;
    /** Whether the document in the frame has connected, and has not gone since. */
    get connected(): boolean;
    /**
     * Launches it again where it is, without loading its page anew: after somebody has signed in again.
     *
     * @throws as {@link PorticoHost.launch}, but a missing consent is {@link ConsentRequired}; {@link PorticoError}
     * `closed` once it is closed.
     */
    relaunch(): Promise<void>;
    /** Stops speaking with it, and removes the iframe if `launch` made it. */
    close(): void;
}
