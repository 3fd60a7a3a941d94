import { createLocalJWKSet, errors } from "jose";
import { momentOf, since } from "./clock.js";
import { Unavailable } from "./failure.js";
const COOL_DOWN = 5000;
const FAILURE_KEPT = 1000;
const KEPT = 5 * 60_000;
export class KeySet {
    #read;
    #clock;
    #failed;
    #keys;
    #isStale = false;
    #isDue = false;
    #reading;
    #failure;
    #hasTold = false;
    #unknownAt = -Infinity;
    constructor(read, clock, failed) {
        this.#read = read;
        this.#clock = clock;
        this.#failed = failed;
    }
    has({ kid, material }) {
        return this.#keys?.published.get(kid) === material;
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
        this.readAgainIfStale();
    }
    readAgainIfStale() {
        if (this.#keys && since(momentOf(this.#clock), this.#keys.readAt) >= KEPT)
            this.#isStale = true;
        if (!this.#isStale || !this.#keys || this.#isDue || this.#reading || this.#lately)
            return;
        this.#isDue = true;
        queueMicrotask(() => {
            this.#isDue = false;
            this.#refresh().catch((error) => {
                if (!this.#hasTold)
                    this.#failed(error);
                this.#hasTold = true;
            });
        });
    }
    get #lately() {
        const failure = this.#failure;
        return failure && this.#clock.steady() - failure.at < FAILURE_KEPT ? failure.error : undefined;
    }
    #refresh() {
        const failure = this.#reading ? undefined : this.#lately;
        if (failure)
            return Promise.reject(failure);
        this.#reading ??= this.#renew().finally(() => (this.#reading = undefined));
        return this.#reading;
    }
    async #renew() {
        do {
            this.#isStale = false;
            const readAt = momentOf(this.#clock);
            try {
                const set = await this.#read();
                const keys = set.keys;
                const published = new Map();
                for (const key of keys) {
                    if (key.kid !== undefined)
                        published.set(key.kid, (published.get(key.kid) ?? "") + JSON.stringify(key));
                }
                this.#keys = { select: createLocalJWKSet(set), published, readAt };
                this.#failure = undefined;
                this.#hasTold = false;
            }
            catch (cause) {
                this.#isStale = true;
                const error = cause instanceof Unavailable ? cause : new Unavailable("its key set cannot be read");
                this.#failure = { at: this.#clock.steady(), error };
                throw error;
            }
        } while (this.#isStale);
    }
    async #select(header) {
        const { kid } = header;
        const material = this.#keys?.published.get(kid);
        if (!this.#keys || material === undefined)
            return undefined;
        try {
            return { key: await this.#keys.select(header), kid, material };
        }
        catch (error) {
            if (error instanceof errors.JOSEError)
                return undefined;
            throw error;
        }
    }
}
