import { readEvent } from "./event.js";
import { EventParser, Unreadable } from "./sse.js";
import type { Standing } from "./standing.js";

/** What becomes of the bytes of one connection after the other. */
export class Following {
  readonly #standing: Standing;
  readonly #keysMayDiffer: () => void;
  #parser: EventParser | undefined;
  #lastId = "";
  #now = 0;
  #hasCaughtUp = false;

  /** `keysMayDiffer` is called where keys were rotated, or may have been while nobody listened. */
  constructor(standing: Standing, keysMayDiffer: () => void) {
    this.#standing = standing;
    this.#keysMayDiffer = keysMayDiffer;
  }

  /** The `Last-Event-ID` of the next connection; undefined where it begins anew. */
  get lastEventId(): string | undefined {
    return this.#lastId === "" ? undefined : this.#lastId;
  }

  /** Whether the present connection has said everything that was to be said of the past. */
  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp;
  }

  /** A connection is there. */
  opened(): void {
    this.#hasCaughtUp = false;
    this.#standing.opened();
    this.#parser = new EventParser((event, id) => {
      const read = readEvent(event);
      this.#standing.hear(read, this.#now);
      if (id !== undefined) this.#lastId = id;
      if (read.kind === "caught_up") this.#hasCaughtUp = true;
      if (read.kind === "reset" || read.kind === "keys_rotated") this.#keysMayDiffer();
    });
  }

  /**
   * A piece of what the connection says, of any size.
   *
   * @throws {@link Unreadable} where the connection is to be given up. The next one begins anew.
   */
  receive(piece: Uint8Array, now: number): void {
    this.#now = now;
    try {
      this.#parser?.push(piece);
    } catch (error) {
      if (error instanceof Unreadable) this.#giveUp();
      throw error;
    }
  }

  #giveUp(): void {
    this.#parser = undefined;
    this.#hasCaughtUp = false;
    this.#lastId = "";
    this.#standing.lost();
  }
}
