const KEY = "portico.sub";
export class Kept {
    #storages;
    #sub = null;
    constructor(window, names) {
        this.#storages = names.flatMap((name) => {
            try {
                const storage = window[name];
                return storage ? [storage] : [];
            }
            catch {
                return [];
            }
        });
    }
    belongsTo(sub) {
        let changed = this.#sub !== null && this.#sub !== sub;
        this.#sub = sub;
        for (const storage of this.#storages) {
            const before = storage.getItem(KEY);
            if (before !== null && before !== sub) {
                storage.clear();
                changed = true;
            }
            storage.setItem(KEY, sub);
        }
        return changed;
    }
}
