import { Unreachable } from "../shared/errors.js";
import { SingleFlight } from "../shared/single-flight.js";
const RETRY_S = 5;
export function life(from, seconds, margin) {
    const lifetime = Number(seconds) * 1000;
    const expiresAt = from + lifetime;
    return { expiresAt, renewAt: expiresAt - Math.min(margin, lifetime / 5) };
}
export class Renewal extends SingleFlight {
    #env;
    #unasked;
    #cancel = () => { };
    constructor(env, work, unasked) {
        super(work);
        this.#env = env;
        this.#unasked = unasked ?? (() => this.run());
    }
    at(time) {
        this.cancel();
        this.#cancel = this.#env.timer(() => void this.#unasked().catch((error) => {
            if (error instanceof Unreachable)
                this.at(this.#env.now() + (error.retryAfter ?? RETRY_S) * 1000);
        }), time - this.#env.now());
    }
    cancel() {
        this.#cancel();
    }
}
