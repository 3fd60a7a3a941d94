import { since, type Moment } from "../clock.js";
import { readEvent } from "./event.js";
import { EventParser, Unreadable } from "./sse.js";
import type { Standing } from "./standing.js";

/** For how long a connection may say nothing but comments, in milliseconds. */
const LONGEST_QUIET = 5000;

/** The connection says nothing but comments. */
export class Quiet extends Error {}

/** The keys, as far as the feed tells of them. */
export interface KeysOfFeed {
  /** They were rotated, or may have been while nobody listened. */
  mayDiffer(): void;
  /** The feed is alive: what could not be read before is read again. */
  readAgainIfStale(): void;
}

/** What becomes of the bytes of one connection after the other. */
export class Following {
  readonly #standing: Standing;
  readonly #keys: KeysOfFeed;
  #parser: EventParser | undefined;
  #lastId = "";
  /** When the last event came, or else the first piece of the connection. */
  #spokenAt: Moment | undefined;
  #now: Moment = { wall: 0, steady: 0 };
  #looks: readonly [Moment | undefined, Moment | undefined] = [undefined, undefined];
  #hasCaughtUp = false;

  constructor(standing: Standing, keys: KeysOfFeed) {
    this.#standing = standing;
    this.#keys = keys;
  }

  /** The `Last-Event-ID` of the next connection; undefined where it begins anew. */
  get lastEventId(): string | undefined {
    return this.#lastId === "" ? undefined : this.#lastId;
  }

  /** Whether the present connection has said everything that was to be said of the past. */
  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp;
  }

  /**
   * To be told at short intervals. Whatever is read after a look came after the look before that one, between which the
   * process waited for what comes: a word counts from then on, since it may have waited for as long as the process stood.
   */
  looked(now: Moment): void {
    this.#looks = [this.#looks[1], now];
  }

  /** A connection is there. */
  opened(): void {
    this.#hasCaughtUp = false;
    this.#spokenAt = undefined;
    this.#standing.opened();
    this.#parser = new EventParser((event, id) => {
      this.#spokenAt = this.#now;
      const read = readEvent(event);
      this.#standing.hear(read, this.#now, this.#looks[0]);
      if (id !== undefined) this.#lastId = id;
      if (read.kind === "caught_up") this.#hasCaughtUp = true;
      if (read.kind === "reset" || read.kind === "keys_rotated") this.#keys.mayDiffer();
    });
  }

  /**
   * A piece of what the connection says, of any size.
   *
   * @throws {@link Unreadable} where the connection is to be given up. The next one begins anew.
   * @throws {@link Quiet} where it is to be given up, and to be resumed.
   */
  receive(piece: Uint8Array, now: Moment): void {
    this.#now = now;
    this.#spokenAt ??= now;
    try {
      this.#parser?.push(piece);
      this.#keys.readAgainIfStale();
    } catch (error) {
      if (error instanceof Unreadable) this.#giveUp();
      throw error;
    }
    if (since(now, this.#spokenAt) >= LONGEST_QUIET) throw new Quiet("it says nothing");
  }

  #giveUp(): void {
    this.#parser = undefined;
    this.#hasCaughtUp = false;
    this.#lastId = "";
    this.#standing.lost();
  }
}
