import { ConfigurationError } from "./wrong.js";
export class Table {
    at;
    #values;
    constructor(value, at, known) {
        this.at = at;
        if (typeof value !== "object" || value === null || Array.isArray(value)) {
            throw new ConfigurationError(at || "configuration", "must be a table");
        }
        this.#values = value;
        for (const key of Object.keys(value)) {
            if (known.includes(key))
                continue;
            const nearest = [...known].sort((a, b) => distance(key, a) - distance(key, b))[0];
            throw new ConfigurationError(this.key(key), `is not known; did you mean \`${nearest}\`?`);
        }
    }
    key(name) {
        return this.at === "" ? name : `${this.at}.${name}`;
    }
    wrong(name, what) {
        return new ConfigurationError(this.key(name), what);
    }
    has(name) {
        return this.#values[name] !== undefined;
    }
    value(name) {
        return this.#values[name];
    }
    text(name) {
        const value = this.#values[name];
        if (value === undefined || (typeof value === "string" && value !== ""))
            return value;
        throw this.wrong(name, "must be a text");
    }
    need(name) {
        const text = this.text(name);
        if (text === undefined)
            throw this.wrong(name, "is missing");
        return text;
    }
    flag(name) {
        const value = this.#values[name] ?? false;
        if (typeof value !== "boolean")
            throw this.wrong(name, "must be true or false");
        return value;
    }
    texts(name) {
        const value = this.#values[name] ?? [];
        if (Array.isArray(value) && value.every((one) => typeof one === "string" && one !== ""))
            return value;
        throw this.wrong(name, "must be a list of texts");
    }
    table(name, known) {
        return new Table(this.#values[name] ?? {}, this.key(name), known);
    }
}
function distance(a, b) {
    let row = [...b, ""].map((_, column) => column);
    for (let line = 1; line <= a.length; line++) {
        const above = row;
        row = [line];
        for (let column = 1; column <= b.length; column++) {
            const change = (above[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
            row.push(Math.min(change, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
        }
    }
    return row[b.length] ?? 0;
}
