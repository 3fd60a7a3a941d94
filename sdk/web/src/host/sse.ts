/** One server-sent event; `type` is empty where the stream named none. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Reads a stream of server-sent events (HTML Standard §9.2.6) from pieces of any size. */
export class EventParser {
  /** The last event's id, to resume after it. */
  lastEventId: string;
  #rest = "";
  #type = "";
  #data = "";
  #id: string;

  constructor(lastEventId = "") {
    this.lastEventId = this.#id = lastEventId;
  }

  /** The events that `piece` completes. */
  *push(piece: string): Generator<StreamEvent> {
    // A carriage return at the very end may be the first half of a line end.
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const [name, value = ""] = line.split(/: ?(.*)/s);
      if (line === "") {
        this.lastEventId = this.#id;
        if (this.#data) yield { type: this.#type, data: this.#data.slice(0, -1) };
        this.#type = this.#data = "";
      } else if (name === "event") this.#type = value;
      else if (name === "data") this.#data += value + "\n";
      else if (name === "id") this.#id = value;
    }
  }
}
