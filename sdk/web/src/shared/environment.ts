/**
 * What the package needs from the world: time, chance and the network. The defaults are the browser's own;
 * tests, and hosts that route requests in their own way, hand in others.
 */
export interface Environment {
  /** As the global `fetch`. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now, unless the returned function is called before. */
  timer(run: () => void, ms: number): () => void;
  /** That many unpredictable bytes. */
  random(bytes: number): Uint8Array;
}

/** The browser's own. */
export const browser: Environment = {
  fetch: (url, init) => fetch(url, init),
  now: Date.now,
  timer: (run, ms) => clearTimeout.bind(null, setTimeout(run, ms)),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
};
