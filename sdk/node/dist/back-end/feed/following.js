import { since } from "../clock.js";
import { readEvent } from "./event.js";
import { EventParser, Unreadable } from "./sse.js";
const LONGEST_QUIET = 5000;
export class Quiet extends Error {
}
export class Following {
    #standing;
    #keys;
    #parser;
    #lastId = "";
    #spokenAt;
    #now = { wall: 0, steady: 0 };
    #looks = [undefined, undefined];
    #hasCaughtUp = false;
    constructor(standing, keys) {
        this.#standing = standing;
        this.#keys = keys;
    }
    get lastEventId() {
        return this.#lastId === "" ? undefined : this.#lastId;
    }
    get hasCaughtUp() {
        return this.#hasCaughtUp;
    }
    looked(now) {
        this.#looks = [this.#looks[1], now];
    }
    opened() {
        this.#hasCaughtUp = false;
        this.#spokenAt = undefined;
        this.#standing.opened();
        this.#parser = new EventParser((event, id) => {
            this.#spokenAt = this.#now;
            const read = readEvent(event);
            this.#standing.hear(read, this.#now, this.#looks[0]);
            if (id !== undefined)
                this.#lastId = id;
            if (read.kind === "caught_up")
                this.#hasCaughtUp = true;
            if (read.kind === "reset" || read.kind === "keys_rotated")
                this.#keys.mayDiffer();
        });
    }
    receive(piece, now) {
        this.#now = now;
        this.#spokenAt ??= now;
        try {
            this.#parser?.push(piece);
            this.#keys.readAgainIfStale();
        }
        catch (error) {
            if (error instanceof Unreadable)
                this.#giveUp();
            throw error;
        }
        if (since(now, this.#spokenAt) >= LONGEST_QUIET)
            throw new Quiet("it says nothing");
    }
    #giveUp() {
        this.#parser = undefined;
        this.#hasCaughtUp = false;
        this.#lastId = "";
        this.#standing.lost();
    }
}
