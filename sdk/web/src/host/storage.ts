/** Where a host's tokens are kept: `sessionStorage`, `localStorage`, or anything with these three. */
export interface TokenStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** One JSON value under one key. */
export class Slot<Value> {
  readonly #storage: TokenStorage;
  readonly #key: string;

  constructor(storage: TokenStorage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /** The value, or `null` where there is none or it cannot be read. */
  async read(): Promise<Value | null> {
    const text = await this.#storage.getItem(this.#key);
    try {
      return text === null ? null : (JSON.parse(text) as Value);
    } catch {
      return null;
    }
  }

  /** Keeps `value`; `null` removes it. */
  async write(value: Value | null): Promise<void> {
    if (value === null) await this.#storage.removeItem(this.#key);
    else await this.#storage.setItem(this.#key, JSON.stringify(value));
  }

  /** The value, which is removed: a second call finds nothing. */
  async take(): Promise<Value | null> {
    const value = await this.read();
    if (value !== null) await this.write(null);
    return value;
  }
}
