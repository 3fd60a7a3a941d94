/**
 * Where the refresh token is kept: the Keychain on iOS, a store under a Keystore key on Android, by whichever
 * library the app uses for that. This package has none of its own and keeps nothing elsewhere; access tokens and
 * launch tokens are held in memory only.
 *
 * Values are at most a few kilobytes of text. What `set` resolved for must be there after the app was killed. A
 * rejection is passed on to whoever called; what was there before should then still be there.
 */
export interface SecretStore {
  /** The value under `key`, or `null` where there is none. */
  get(key: string): Promise<string | null>;
  /** Keeps `value` under `key`, in place of what was there. */
  set(key: string, value: string): Promise<unknown>;
  /** Removes what is under `key`, if anything. */
  remove(key: string): Promise<unknown>;
}

/**
 * One JSON value under one key. Writes are done one after the other, and read after them: what was written last is there
 * in the end, however long the store takes for each.
 */
export class Slot<Value> {
  readonly #store: SecretStore;
  readonly #key: string;
  #written: Promise<unknown> = Promise.resolve();

  constructor(store: SecretStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** The value, or `null` where there is none or it cannot be read. */
  async read(): Promise<Value | null> {
    await this.#written;
    const text = await this.#store.get(this.#key);
    try {
      return text === null ? null : (JSON.parse(text) as Value);
    } catch {
      return null;
    }
  }

  /** Keeps `value`; `null` removes it. */
  async write(value: Value | null): Promise<void> {
    const done = this.#written.then(() =>
      value === null ? this.#store.remove(this.#key) : this.#store.set(this.#key, JSON.stringify(value)),
    );
    this.#written = done.catch(() => undefined);
    await done;
  }
}
