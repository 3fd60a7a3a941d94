import { readEvent } from "./event.js";
import { EventParser, Unreadable } from "./sse.js";
export class Following {
    #standing;
    #keysMayDiffer;
    #parser;
    #lastId = "";
    #now = 0;
    #hasCaughtUp = false;
    constructor(standing, keysMayDiffer) {
        this.#standing = standing;
        this.#keysMayDiffer = keysMayDiffer;
    }
    get lastEventId() {
        return this.#lastId === "" ? undefined : this.#lastId;
    }
    get hasCaughtUp() {
        return this.#hasCaughtUp;
    }
    opened() {
        this.#hasCaughtUp = false;
        this.#standing.opened();
        this.#parser = new EventParser((event, id) => {
            const read = readEvent(event);
            this.#standing.hear(read, this.#now);
            if (id !== undefined)
                this.#lastId = id;
            if (read.kind === "caught_up")
                this.#hasCaughtUp = true;
            if (read.kind === "reset" || read.kind === "keys_rotated")
                this.#keysMayDiffer();
        });
    }
    receive(piece, now) {
        this.#now = now;
        try {
            this.#parser?.push(piece);
        }
        catch (error) {
            if (error instanceof Unreadable)
                this.#giveUp();
            throw error;
        }
    }
    #giveUp() {
        this.#parser = undefined;
        this.#hasCaughtUp = false;
        this.#lastId = "";
        this.#standing.lost();
    }
}
