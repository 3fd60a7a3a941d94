export class EventParser {
    #rest = "";
    #type = "";
    #data = "";
    #id;
    constructor(lastEventId = "") {
        this.lastEventId = this.#id = lastEventId;
    }
    *push(piece) {
        const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
        this.#rest = lines.pop() ?? "";
        for (const line of lines) {
            const [name, value = ""] = line.split(/: ?(.*)/s);
            if (line === "") {
                this.lastEventId = this.#id;
                if (this.#data)
                    yield { type: this.#type, data: this.#data.slice(0, -1) };
                this.#type = this.#data = "";
            }
            else if (name === "event")
                this.#type = value;
            else if (name === "data")
                this.#data += value + "\n";
            else if (name === "id")
                this.#id = value;
        }
    }
}
