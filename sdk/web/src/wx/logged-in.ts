import { Note } from "./note.js";

/** In which session this page logged in last. */
export class LoggedIn {
  readonly #note: Note;

  constructor(window: Window) {
    this.#note = new Note(window, "portico.wx.sid");
  }

  /** Logged in in the session `sid`. */
  in(sid: string): void {
    this.#note.write(sid);
  }

  /** Whether it was that session. */
  is(sid: string): boolean {
    return this.#note.text === sid;
  }
}
