/** One event of a stream. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
}

/** The longest line, and the longest data of an event, in characters: far more than any event of the feed. */
const LONGEST = 1024 * 1024;

/** What arrives is no event stream, or none that is worth reading on. */
export class Unreadable extends Error {}

/**
 * Reads server-sent events from pieces of any size (HTML Standard §9.2.6). One parser is for one connection; what was
 * cut off with it is dropped with the parser.
 */
export class EventParser {
  readonly #decoder = new TextDecoder("utf-8");
  readonly #heard: (event: ServerSentEvent, id: string | undefined) => void;
  #rest = "";
  #endedInCr = false;
  #name = "";
  #data: string | undefined;
  #id: string | undefined;

  /** `heard` is told each event, and the last `id` of the connection so far. */
  constructor(heard: (event: ServerSentEvent, id: string | undefined) => void) {
    this.#heard = heard;
  }

  /** @throws {@link Unreadable} */
  push(piece: Uint8Array): void {
    let text = this.#decoder.decode(piece, { stream: true });
    if (text === "") return;
    // The LF of a line end that was cut between CR and LF.
    if (this.#endedInCr && text.startsWith("\n")) text = text.slice(1);
    this.#endedInCr = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + (lines[0] ?? "");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    if (this.#rest.length > LONGEST) throw new Unreadable("a line that does not end");
  }

  #line(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    if ((this.#data?.length ?? 0) > LONGEST) throw new Unreadable("an event that does not end");
  }

  #dispatch(): void {
    const [name, data] = [this.#name, this.#data];
    this.#name = "";
    this.#data = undefined;
    if (data !== undefined && data !== "") this.#heard({ name: name || "message", data }, this.#id);
  }
}
