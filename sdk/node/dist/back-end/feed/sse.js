const LONGEST = 1024 * 1024;
export class Unreadable extends Error {
}
export class EventParser {
    #decoder = new TextDecoder("utf-8");
    #heard;
    #rest = "";
    #endedInCr = false;
    #name = "";
    #data;
    #id;
    constructor(heard) {
        this.#heard = heard;
    }
    push(piece) {
        let text = this.#decoder.decode(piece, { stream: true });
        if (text === "")
            return;
        if (this.#endedInCr && text.startsWith("\n"))
            text = text.slice(1);
        this.#endedInCr = text.endsWith("\r");
        const lines = text.split(/\r\n|\n|\r/);
        lines[0] = this.#rest + (lines[0] ?? "");
        this.#rest = lines.pop() ?? "";
        for (const line of lines)
            this.#line(line);
        if (this.#rest.length > LONGEST)
            throw new Unreadable("a line that does not end");
    }
    #line(line) {
        if (line === "")
            return this.#dispatch();
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event")
            this.#name = value;
        else if (field === "data")
            this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
        else if (field === "id" && !value.includes("\0"))
            this.#id = value;
        if ((this.#data?.length ?? 0) > LONGEST)
            throw new Unreadable("an event that does not end");
    }
    #dispatch() {
        const [name, data] = [this.#name, this.#data];
        this.#name = "";
        this.#data = undefined;
        if (data !== undefined && data !== "")
            this.#heard({ name: name || "message", data }, this.#id);
    }
}
