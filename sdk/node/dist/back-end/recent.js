export const LONGEST_LIFE = 30 * 60;
export const CLOCK_SKEW = 60;
const KEPT = (LONGEST_LIFE + CLOCK_SKEW) * 1000;
export class Recent {
    #current = new Map();
    #previous = new Map();
    #since;
    set(key, value, now) {
        this.#turn(now);
        this.#current.set(key, value);
    }
    get(key, now) {
        this.#turn(now);
        return this.#current.get(key) ?? this.#previous.get(key);
    }
    get size() {
        return this.#current.size + this.#previous.size;
    }
    clear() {
        this.#current = new Map();
        this.#previous = new Map();
    }
    #turn(now) {
        this.#since ??= now;
        const turns = Math.floor((now - this.#since) / KEPT);
        if (turns < 1)
            return;
        this.#previous = turns === 1 ? this.#current : new Map();
        this.#current = new Map();
        this.#since += turns * KEPT;
    }
}
