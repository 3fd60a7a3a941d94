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
export function peers(clientId: string): Peers {
  const channel = new BroadcastChannel(`portico.${clientId}`);
  return {
    tell: (from, tokens) => channel.postMessage({ from, tokens }),
    listen: (heard) => {
      channel.onmessage = (event: MessageEvent<{ from: string; tokens: TokenSet }>) =>
        heard(event.data.from, event.data.tokens);
    },
    close: () => channel.close(),
  };
}
