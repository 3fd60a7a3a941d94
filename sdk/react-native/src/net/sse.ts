/** One server-sent event. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Reads a stream of server-sent events (HTML Standard §9.2.6) from pieces of any size. */
export class EventParser {
  /** The last event's id, to resume after it. */
  lastEventId: string;
  /** Milliseconds that the server wants a reconnection to wait, where it said so. */
  retry: number | undefined;
  #rest = "";
  #type = "";
  #data: string[] = [];
  #id: string;

  constructor(lastEventId = "") {
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
  }

  /** The events that `piece` completes. */
  push(piece: string): readonly StreamEvent[] {
    this.#rest += piece;
    const events: StreamEvent[] = [];
    for (let line = this.#line(); line !== null; line = this.#line()) {
      if (line !== "") this.#field(line);
      else this.#dispatch(events);
    }
    return events;
  }

  #line(): string | null {
    const at = this.#rest.search(/\r\n|\r|\n/);
    if (at < 0 || (this.#rest[at] === "\r" && at === this.#rest.length - 1)) return null;
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + (this.#rest.startsWith("\r\n", at) ? 2 : 1));
    return line;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
  }

  #dispatch(events: StreamEvent[]): void {
    this.lastEventId = this.#id;
    if (this.#data.length > 0) events.push({ type: this.#type || "message", data: this.#data.join("\n") });
    this.#type = "";
    this.#data = [];
  }
}
