export class Slot {
    #storage;
    #key;
    constructor(storage, key) {
        this.#storage = storage;
        this.#key = key;
    }
    async read() {
        const text = await this.#storage.getItem(this.#key);
        try {
            return text === null ? null : JSON.parse(text);
        }
        catch {
            return null;
        }
    }
    async write(value) {
        if (value === null)
            await this.#storage.removeItem(this.#key);
        else
            await this.#storage.setItem(this.#key, JSON.stringify(value));
    }
    async take() {
        const value = await this.read();
        if (value !== null)
            await this.write(null);
        return value;
    }
}
