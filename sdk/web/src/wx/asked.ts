import { union, without } from "../shared/scope.js";
import { Note } from "./note.js";

/**
 * For what the person here was asked. What of it they have not granted is noted for the next document too: the question
 * may take this one away, and then the answer comes to another.
 */
export class Asked {
  /** Whose, and in the second line the scopes. */
  readonly #note: Note;
  #person = "";
  #scope = "";

  constructor(window: Window) {
    this.#note = new Note(window, "portico.wx.asked");
  }

  /** Scopes separated by one space. */
  get scope(): string {
    return this.#scope;
  }

  /** Launched for `person`, who has granted `granted`. What was asked of anybody else is forgotten. */
  launched(person: string, granted: string): void {
    if (this.#person !== person) {
      const [whose, scope = ""] = (this.#note.text ?? "").split("\n");
      this.#scope = whose === person ? scope : "";
      this.#person = person;
    }
    this.save(granted);
  }

  /** They are asked for `scope`. */
  add(scope: string): void {
    this.#scope = union(this.#scope, scope);
  }

  /** There is no such thing. */
  remove(scope: string): void {
    this.#scope = without(this.#scope, scope);
  }

  /** Notes what they have not granted; nothing once the session is over, and `granted` says no more what they have. */
  save(granted: string): void {
    if (!granted) return;
    const refused = without(this.#scope, granted);
    this.#note.write(refused && `${this.#person}\n${refused}`);
  }
}
