export class Note {
    #key;
    #storage = null;
    #text;
    constructor(window, key) {
        this.#key = key;
        try {
            this.#storage = window.localStorage;
        }
        catch {
        }
        this.#text = this.#storage?.getItem(key) ?? null;
    }
    get text() {
        return this.#text;
    }
    write(text) {
        this.#text = text;
        try {
            if (text)
                this.#storage?.setItem(this.#key, text);
            else
                this.#storage?.removeItem(this.#key);
        }
        catch {
        }
    }
}
