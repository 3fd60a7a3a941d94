import { createLocalJWKSet, errors } from "jose";
import { Unavailable } from "./failure.js";
const COOL_DOWN = 5000;
export class KeySet {
    #read;
    #clock;
    #failed;
    #keys;
    #isStale = false;
    #isDue = false;
    #reading;
    #unknownAt = -Infinity;
    constructor(read, clock, failed) {
        this.#read = read;
        this.#clock = clock;
        this.#failed = failed;
    }
    has(kid) {
        return this.#keys?.kids.has(kid) ?? false;
    }
    async key(header) {
        if (!this.#keys)
            await this.#refresh();
        const known = await this.#select(header);
        if (known)
            return known;
        if (!this.#reading) {
            const now = this.#clock.steady();
            if (now - this.#unknownAt < COOL_DOWN) {
                if (this.#isStale)
                    throw new Unavailable("its key set could not be read again");
                return undefined;
            }
            this.#unknownAt = now;
        }
        await this.#refresh();
        return this.#select(header);
    }
    mayDiffer() {
        this.#isStale = true;
        if (!this.#keys || this.#isDue)
            return;
        this.#isDue = true;
        queueMicrotask(() => {
            this.#isDue = false;
            this.#refresh().catch(this.#failed);
        });
    }
    #refresh() {
        this.#reading ??= this.#renew().finally(() => (this.#reading = undefined));
        return this.#reading;
    }
    async #renew() {
        do {
            this.#isStale = false;
            try {
                const set = await this.#read();
                const keys = set.keys;
                const kids = new Set(keys.map(({ kid }) => kid).filter((kid) => kid !== undefined));
                this.#keys = { select: createLocalJWKSet(set), kids };
            }
            catch (error) {
                this.#isStale = true;
                throw error instanceof Unavailable ? error : new Unavailable("its key set cannot be read");
            }
        } while (this.#isStale);
    }
    async #select(header) {
        if (!this.#keys?.kids.has(header.kid))
            return undefined;
        try {
            return await this.#keys.select(header);
        }
        catch (error) {
            if (error instanceof errors.JOSEError)
                return undefined;
            throw error;
        }
    }
}
