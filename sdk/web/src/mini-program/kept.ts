import type { StorageName } from "./options.js";

const KEY = "portico.sub";

/** In a full storage there is no room for the note without which the next person would find what is there. */
function note(storage: Storage, sub: string): void {
  try {
    storage.setItem(KEY, sub);
  } catch {
    storage.clear();
    storage.setItem(KEY, sub);
  }
}

/** What a mini-program keeps about one person, in memory and in its own storages. */
export class Kept {
  readonly #storages: readonly Storage[];
  #sub: string | null = null;

  /**
   * A storage that the browser denies to frames of another site keeps nothing, and needs no clearing; nor does one
   * that an app's web view has switched off, which reads as `null`.
   */
  constructor(window: Window, names: readonly StorageName[]) {
    this.#storages = names.flatMap((name) => {
      try {
        const storage: Storage | null = window[name];
        return storage ? [storage] : [];
      } catch {
        return [];
      }
    });
  }

  /**
   * Notes for whom the mini-program was launched; clears each storage that belonged to somebody else.
   *
   * @returns whether it was somebody else before.
   */
  belongsTo(sub: string): boolean {
    let changed = this.#sub !== null && this.#sub !== sub;
    this.#sub = sub;
    for (const storage of this.#storages) {
      const before = storage.getItem(KEY);
      if (before !== null && before !== sub) {
        storage.clear();
        changed = true;
      }
      try {
        if (before !== sub) note(storage, sub);
      } catch {
        // It takes nothing at all, so there is nothing to clear.
      }
    }
    return changed;
  }
}
