const KEY = "portico.sub";
function note(storage, sub) {
    try {
        storage.setItem(KEY, sub);
    }
    catch {
        storage.clear();
        storage.setItem(KEY, sub);
    }
}
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
            try {
                if (before !== sub)
                    note(storage, sub);
            }
            catch {
            }
        }
        return changed;
    }
}
