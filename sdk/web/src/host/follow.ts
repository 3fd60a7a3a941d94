import type { Environment } from "../shared/environment.js";
import { EventParser, type StreamEvent } from "./sse.js";

const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** What a {@link Follower} works with. */
export interface FollowerOptions {
  /** Opens the stream after the event with that id. Rejects, or answers anything but 200: it is tried again. */
  open(lastEventId: string, signal: AbortSignal): Promise<Response>;
  heard(event: StreamEvent): void;
  online(now: boolean): void;
}

/**
 * Keeps a stream of server-sent events open, with `fetch` because an `EventSource` cannot send a token. Resumes
 * after the last event heard, waits longer after each failure in a row (1 s to 30 s), and takes a stream that has
 * been silent for 45 s for dead (the server pings every 15 s).
 */
export class Follower {
  readonly #env: Environment;
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  #parser = new EventParser();
  #failures = 0;

  constructor(env: Environment, options: FollowerOptions) {
    this.#env = env;
    this.#options = options;
  }

  /** Follows until {@link Follower.stop}. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#once().catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      this.#options.online(false);
      await this.#pause();
    }
  }

  /** Closes the stream for good. */
  stop(): void {
    this.#stop.abort();
  }

  async #once(): Promise<void> {
    const attempt = new AbortController();
    const abort = () => attempt.abort();
    this.#stop.signal.addEventListener("abort", abort, { once: true });
    let cancelWatch = this.#env.timer(abort, SILENCE_MS);
    try {
      const response = await this.#options.open(this.#parser.lastEventId, attempt.signal);
      if (response.status !== 200 || response.body === null) return;
      this.#parser = new EventParser(this.#parser.lastEventId);
      this.#options.online(true);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        cancelWatch();
        cancelWatch = this.#env.timer(abort, SILENCE_MS);
        this.#hear(piece.value);
      }
    } finally {
      cancelWatch();
      this.#stop.signal.removeEventListener("abort", abort);
      attempt.abort();
      this.#failures += 1;
    }
  }

  #hear(piece: string): void {
    for (const event of this.#parser.push(piece)) {
      if (this.#stop.signal.aborted) return;
      this.#failures = 0;
      this.#options.heard(event);
    }
  }

  #pause(): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, this.#failures - 1));
    const wait = this.#parser.retry ?? (longest * (128 + (this.#env.random(1)[0] ?? 0) / 2)) / 256;
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#stop.signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#env.timer(done, wait);
      this.#stop.signal.addEventListener("abort", done, { once: true });
    });
  }
}
