import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWSHeaderParameters } from "jose";

import { momentOf, since, type Clock, type Moment } from "./clock.js";
import { Unavailable } from "./failure.js";

/** How often a `kid` that is not known may have the keys read again, in milliseconds: anybody can invent one. */
const COOL_DOWN = 5000;
/** For how long a failure is remembered, in milliseconds, so that nobody waits for the same silence twice. */
const FAILURE_KEPT = 1000;

/** How old a key set becomes, in milliseconds: a key is taken away in silence once its last token has expired. */
const KEPT = 5 * 60_000;

/** A key set, as it was read. */
interface Keys {
  readonly select: ReturnType<typeof createLocalJWKSet>;
  /** What is published under each `kid`. */
  readonly published: ReadonlyMap<string, string>;
  readonly readAt: Moment;
}

/** A key that is published. */
export interface PublishedKey {
  readonly key: CryptoKey;
  readonly kid: string;
  /** What is published of it. */
  readonly material: string;
}

/**
 * The issuer's keys (RFC 7517), read when they are needed, again when they may differ, and never twice at once.
 *
 * While they are read again, and where that fails, those that are known go on being used; what failed is tried again
 * with every word of the feed, once a second, so that a key that was taken away goes as soon as anybody says so.
 */
export class KeySet {
  readonly #read: () => Promise<unknown>;
  readonly #clock: Clock;
  readonly #failed: (error: Error) => void;
  #keys: Keys | undefined;
  #isStale = false;
  #isDue = false;
  #reading: Promise<void> | undefined;
  #failure: { readonly at: number; readonly error: Error } | undefined;
  #hasTold = false;
  #unknownAt = -Infinity;

  /** `read` asks for the key set; `failed` hears, once until they are, where the keys could not be read in the background. */
  constructor(read: () => Promise<unknown>, clock: Clock, failed: (error: Error) => void) {
    this.#read = read;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Whether this very key is published still. */
  has({ kid, material }: Omit<PublishedKey, "key">): boolean {
    return this.#keys?.published.get(kid) === material;
  }

  /**
   * The key that a header names; undefined where nobody publishes it.
   *
   * @throws {@link Unavailable} where that cannot be found out.
   */
  async key(header: JWSHeaderParameters & { kid: string }): Promise<PublishedKey | undefined> {
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
    this.readAgainIfStale();
  }

  /** Reads the keys where they may be others or are old, unless that is under way or failed just now. */
  readAgainIfStale(): void {
    if (this.#keys && since(momentOf(this.#clock), this.#keys.readAt) >= KEPT) this.#isStale = true;
    // Before anything was read there is nothing to renew.
    if (!this.#isStale || !this.#keys || this.#isDue || this.#reading || this.#lately) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#refresh().catch((error: Error) => {
        if (!this.#hasTold) this.#failed(error);
        this.#hasTold = true;
      });
    });
  }

  /** Why the keys could not be read, where that is not long ago. */
  get #lately(): Error | undefined {
    const failure = this.#failure;
    return failure && this.#clock.steady() - failure.at < FAILURE_KEPT ? failure.error : undefined;
  }

  #refresh(): Promise<void> {
    const failure = this.#reading ? undefined : this.#lately;
    if (failure) return Promise.reject(failure);
    this.#reading ??= this.#renew().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #renew(): Promise<void> {
    do {
      this.#isStale = false;
      const readAt = momentOf(this.#clock);
      try {
        const set = await this.#read();
        const keys = (set as JSONWebKeySet).keys;
        const published = new Map<string, string>();
        for (const key of keys) {
          if (key.kid !== undefined) published.set(key.kid, (published.get(key.kid) ?? "") + JSON.stringify(key));
        }
        this.#keys = { select: createLocalJWKSet(set as JSONWebKeySet), published, readAt };
        this.#failure = undefined;
        this.#hasTold = false;
      } catch (cause) {
        this.#isStale = true;
        const error = cause instanceof Unavailable ? cause : new Unavailable("its key set cannot be read");
        // From when it is known on, however long that took.
        this.#failure = { at: this.#clock.steady(), error };
        throw error;
      }
      // Somebody may have said meanwhile that they differ from what was asked for.
    } while (this.#isStale);
  }

  async #select(header: JWSHeaderParameters & { kid: string }): Promise<PublishedKey | undefined> {
    const { kid } = header;
    const material = this.#keys?.published.get(kid);
    if (!this.#keys || material === undefined) return undefined;
    try {
      return { key: await this.#keys.select(header as Parameters<Keys["select"]>[0]), kid, material };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
