import { momentOf } from "../clock.js";
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 15_000;
export function pauseAfter(failures, chance) {
    return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.5 + chance / 2);
}
export async function follow(connect, following, { clock, chance, pause, lost, caughtUp }, signal) {
    for (let failures = 0; !signal.aborted; failures++) {
        try {
            const pieces = await connect(following.lastEventId, signal);
            following.opened();
            for await (const piece of pieces) {
                const was = following.hasCaughtUp;
                following.receive(piece, momentOf(clock));
                if (following.hasCaughtUp && !was) {
                    failures = 0;
                    caughtUp();
                }
            }
            if (!signal.aborted)
                lost(new Error("the feed was lost: it was closed"));
        }
        catch (error) {
            if (!signal.aborted)
                lost(new Error(`the feed was lost: ${error.message}`, { cause: error }));
        }
        await pause(pauseAfter(failures, chance()), signal);
    }
}
