import type { Environment } from "../net/environment";
import { EventParser, type StreamEvent } from "../net/sse";

const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** What a {@link Follower} works with. */
export interface FollowerOptions {
  /** Opens the stream after the event with that id, and resolves once it has begun. Rejects: it is tried again. */
  open(
    lastEventId: string,
    listener: { heard(piece: string): void; ended(): void },
    signal: AbortSignal,
  ): Promise<void>;
  heard(event: StreamEvent): void;
  online(now: boolean): void;
}

/**
 * Keeps a stream of server-sent events open. Resumes after the last event heard, waits longer after each failure in a
 * row (1 s to 30 s), and takes a stream that has been silent for 45 s for dead (the server pings every 15 s).
 */
export class Follower {
  readonly #env: Environment;
  readonly #options: FollowerOptions;
  #parser = new EventParser();
  #attempt: AbortController | null = null;
  #cancelTimer = () => {};
  #failures = 0;
  #isStopped = false;

  constructor(env: Environment, options: FollowerOptions) {
    this.#env = env;
    this.#options = options;
  }

  /** Begins, or begins again at once: what a device slept through is fetched, whatever has become of the stream. */
  start(): void {
    if (this.#isStopped) return;
    this.#attempt?.abort();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#parser = new EventParser(this.#parser.lastEventId);
    this.#watch(attempt);
    const lost = () => this.#lost(attempt);
    const listener = { heard: (piece: string) => this.#hear(piece, attempt), ended: lost };
    this.#options.open(this.#parser.lastEventId, listener, attempt.signal).then(() => {
      if (this.#attempt === attempt) this.#options.online(true);
    }, lost);
  }

  /** Closes the stream for good. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.abort();
  }

  #hear(piece: string, attempt: AbortController): void {
    if (this.#attempt !== attempt) return;
    this.#watch(attempt);
    for (const event of this.#parser.push(piece)) {
      if (this.#attempt !== attempt) return;
      this.#failures = 0;
      this.#options.heard(event);
    }
  }

  #watch(attempt: AbortController): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#env.timer(() => this.#lost(attempt), SILENCE_MS);
  }

  #lost(attempt: AbortController): void {
    if (this.#attempt !== attempt) return;
    this.#attempt = null;
    attempt.abort();
    this.#failures += 1;
    this.#cancelTimer();
    this.#cancelTimer = this.#env.timer(() => this.start(), this.#pause());
    this.#options.online(false);
  }

  /** Half of it is chance, so that not all devices come back at once. */
  #pause(): number {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures - 1));
    return this.#parser.retry ?? longest * (0.5 + (this.#env.random(1).charCodeAt(0) % 64) / 128);
  }
}
