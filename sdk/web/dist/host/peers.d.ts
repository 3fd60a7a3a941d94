import type { TokenSet } from "./tokens.js";
/**
 * The same host in other tabs. A duplicated tab starts with a copy of the storage, refresh token included; were
 * it to use that copy after this tab's has rotated, the server would take it for theft and end the session. So
 * whoever renews tells the others.
 */
export interface Peers {
    /** Says what has replaced the refresh token `from`. */
    tell(from: string, tokens: TokenSet): void;
    listen(heard: (from: string, tokens: TokenSet) => void): void;
    close(): void;
}
/** The tabs of this very origin that hold the same host, reached by a `BroadcastChannel`. */
export declare function peers(clientId: string): Peers;
