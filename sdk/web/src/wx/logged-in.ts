const KEY = "portico.wx.sid";

/** In which session this page logged in last; remembered over a reload where the browser lets it. */
export class LoggedIn {
  readonly #storage: Storage | null = null;
  #sid: string | null;

  constructor(window: Window) {
    try {
      this.#storage = window.localStorage;
    } catch {
      // A frame of another site may be denied its storage.
    }
    this.#sid = this.#storage?.getItem(KEY) ?? null;
  }

  /** Logged in in the session `sid`. */
  in(sid: string): void {
    this.#sid = sid;
    try {
      this.#storage?.setItem(KEY, sid);
    } catch {
      // It is full; this page remembers.
    }
  }

  /** Whether it was that session. */
  is(sid: string): boolean {
    return this.#sid === sid;
  }
}
