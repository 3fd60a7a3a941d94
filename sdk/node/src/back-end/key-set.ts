import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWSHeaderParameters } from "jose";

import type { Clock } from "./clock.js";
import { Unavailable } from "./failure.js";

/** How often a `kid` that is not known may have the keys read again, in milliseconds: anybody can invent one. */
const COOL_DOWN = 5000;

/** A key set, as it was read. */
type Keys = { readonly select: ReturnType<typeof createLocalJWKSet>; readonly kids: ReadonlySet<string> };

/**
 * The issuer's keys (RFC 7517), read when they are needed, again when they may differ, and never twice at once.
 *
 * While they are read again, and where that fails, those that are known go on being used.
 */
export class KeySet {
  readonly #read: () => Promise<unknown>;
  readonly #clock: Clock;
  readonly #failed: (error: Error) => void;
  #keys: Keys | undefined;
  #isStale = false;
  #isDue = false;
  #reading: Promise<void> | undefined;
  #unknownAt = -Infinity;

  /** `read` asks for the key set; `failed` hears where the keys could not be read in the background. */
  constructor(read: () => Promise<unknown>, clock: Clock, failed: (error: Error) => void) {
    this.#read = read;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Whether there is a key of this `kid` still. */
  has(kid: string): boolean {
    return this.#keys?.kids.has(kid) ?? false;
  }

  /**
   * The key that a header names; undefined where nobody publishes it.
   *
   * @throws {@link Unavailable} where that cannot be found out.
   */
  async key(header: JWSHeaderParameters & { kid: string }): Promise<CryptoKey | undefined> {
    if (!this.#keys) await this.#refresh();
    const known = await this.#select(header);
    if (known) return known;
    // One set that is being read already may have it.
    if (!this.#reading) {
      const now = this.#clock.steady();
      if (now - this.#unknownAt < COOL_DOWN) {
        if (this.#isStale) throw new Unavailable("its key set could not be read again");
        return undefined;
      }
      this.#unknownAt = now;
    }
    await this.#refresh();
    return this.#select(header);
  }

  /** The keys may be others now: they are read again, once for all that is said at once. */
  mayDiffer(): void {
    this.#isStale = true;
    // Before anything was read there is nothing to renew.
    if (!this.#keys || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#refresh().catch(this.#failed);
    });
  }

  #refresh(): Promise<void> {
    this.#reading ??= this.#renew().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #renew(): Promise<void> {
    do {
      this.#isStale = false;
      try {
        const set = await this.#read();
        const keys = (set as JSONWebKeySet).keys;
        const kids = new Set(keys.map(({ kid }) => kid).filter((kid) => kid !== undefined));
        this.#keys = { select: createLocalJWKSet(set as JSONWebKeySet), kids };
      } catch (error) {
        this.#isStale = true;
        throw error instanceof Unavailable ? error : new Unavailable("its key set cannot be read");
      }
      // Somebody may have said meanwhile that they differ from what was asked for.
    } while (this.#isStale);
  }

  async #select(header: JWSHeaderParameters & { kid: string }): Promise<CryptoKey | undefined> {
    if (!this.#keys?.kids.has(header.kid)) return undefined;
    try {
      return await this.#keys.select(header as Parameters<Keys["select"]>[0]);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
