export const LONGEST_LIFE = 30 * 60;
export const CLOCK_SKEW = 60;
const KEPT = (LONGEST_LIFE + CLOCK_SKEW) * 1000;
export class Recent {
    #current = new Map();
    #previous = new Map();
    #since = -Infinity;
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
        const age = now - this.#since;
        if (age < KEPT)
            return;
        this.#previous = age < 2 * KEPT ? this.#current : new Map();
        this.#current = new Map();
        this.#since = now;
    }
}
