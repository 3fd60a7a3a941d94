/** What this page remembers under one name: over a reload where the browser lets it, and otherwise in memory. */
export class Note {
  readonly #key: string;
  readonly #storage: Storage | null = null;
  #text: string | null;

  constructor(window: Window, key: string) {
    this.#key = key;
    try {
      this.#storage = window.localStorage;
    } catch {
      // A frame of another site may be denied its storage.
    }
    this.#text = this.#storage?.getItem(key) ?? null;
  }

  /** What was written last. */
  get text(): string | null {
    return this.#text;
  }

  /** Remembers `text`; nothing, where it is empty. */
  write(text: string): void {
    this.#text = text;
    try {
      if (text) this.#storage?.setItem(this.#key, text);
      else this.#storage?.removeItem(this.#key);
    } catch {
      // It is full; this page remembers.
    }
  }
}
