import { EventParser } from "./sse.js";
const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
export class Follower {
    #env;
    #options;
    #stop = new AbortController();
    #parser = new EventParser();
    #failures = 0;
    constructor(env, options) {
        this.#env = env;
        this.#options = options;
    }
    async run() {
        while (!this.#stop.signal.aborted) {
            await this.#once().catch(() => undefined);
            if (this.#stop.signal.aborted)
                return;
            this.#options.online(false);
            await this.#pause();
        }
    }
    stop() {
        this.#stop.abort();
    }
    async #once() {
        const attempt = new AbortController();
        const abort = () => attempt.abort();
        this.#stop.signal.addEventListener("abort", abort, { once: true });
        let cancelWatch = this.#env.timer(abort, SILENCE_MS);
        try {
            const response = await this.#options.open(this.#parser.lastEventId, attempt.signal);
            if (response.status !== 200 || response.body === null)
                return;
            this.#parser = new EventParser(this.#parser.lastEventId);
            this.#options.online(true);
            const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
            for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
                cancelWatch();
                cancelWatch = this.#env.timer(abort, SILENCE_MS);
                this.#hear(piece.value);
            }
        }
        finally {
            cancelWatch();
            this.#stop.signal.removeEventListener("abort", abort);
            attempt.abort();
            this.#failures += 1;
        }
    }
    #hear(piece) {
        for (const event of this.#parser.push(piece)) {
            if (this.#stop.signal.aborted)
                return;
            this.#failures = 0;
            this.#options.heard(event);
        }
    }
    #pause() {
        const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, this.#failures - 1));
        const wait = this.#parser.retry ?? (longest * (128 + (this.#env.random(1)[0] ?? 0) / 2)) / 256;
        return new Promise((resolve) => {
            const done = () => {
                cancel();
                this.#stop.signal.removeEventListener("abort", done);
                resolve();
            };
            const cancel = this.#env.timer(done, wait);
            this.#stop.signal.addEventListener("abort", done, { once: true });
        });
    }
}
