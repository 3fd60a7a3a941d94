/** The longest that a launch token lives, in seconds. */
export const LONGEST_LIFE = 30 * 60;
/** How far the issuer's clock may be ahead of ours, in seconds. */
export const CLOCK_SKEW = 60;

/** How long something about tokens must be known: until the last that it is about has expired by our clock too. */
const KEPT = (LONGEST_LIFE + CLOCK_SKEW) * 1000;

/**
 * Values that are kept for as long as a token that was out at the time can be good, and for at most twice that. They
 * are dropped in two lots rather than one by one, so that nothing but the value is kept of each.
 */
export class Recent<Value> {
  #current = new Map<string, Value>();
  #previous = new Map<string, Value>();
  #since: number | undefined;

  set(key: string, value: Value, now: number): void {
    this.#turn(now);
    this.#current.set(key, value);
  }

  get(key: string, now: number): Value | undefined {
    this.#turn(now);
    return this.#current.get(key) ?? this.#previous.get(key);
  }

  /** How many are kept. */
  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  clear(): void {
    this.#current = new Map();
    this.#previous = new Map();
  }

  #turn(now: number): void {
    this.#since ??= now;
    const turns = Math.floor((now - this.#since) / KEPT);
    if (turns < 1) return;
    this.#previous = turns === 1 ? this.#current : new Map();
    this.#current = new Map();
    this.#since += turns * KEPT;
  }
}
