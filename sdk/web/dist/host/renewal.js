import { singleFlight } from "../shared/single-flight.js";
import { Unreachable } from "../shared/errors.js";
const RETRY_S = 5;
export function life(from, seconds) {
    const lifetime = Number(seconds) * 1000;
    if (!(lifetime > 0))
        throw new Unreachable();
    const expiresAt = from + lifetime;
    return { expiresAt, renewAt: expiresAt - lifetime / 10 };
}
export function renewalOf(env, work, unasked) {
    const run = singleFlight(work);
    const begin = singleFlight(unasked ?? run);
    let stop = () => { };
    const now = () => {
        begin().catch((error) => {
            if (error instanceof Unreachable)
                at(env.now() + (error.retryAfter ?? RETRY_S) * 1000);
        });
    };
    const cancel = () => stop();
    const at = (time) => {
        stop();
        stop = env.timer(now, time - env.now());
    };
    return { run, at, now, cancel };
}
