import { momentOf, type Clock } from "../clock.js";
import type { Connect } from "./connection.js";
import type { Following } from "./following.js";

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 15_000;

/**
 * How long to wait before the next connection, in milliseconds, after so many that did not catch up. `chance` is
 * between 0 and 1: back ends that lost the same node do not all come back at once.
 */
export function pauseAfter(failures: number, chance: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.5 + chance / 2);
}

/** What a follower is told and tells. */
export interface Surroundings {
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly chance: () => number;
  /** Resolves after so many milliseconds, or once the signal ends everything. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  /** Hears why there is no connection; for the log. */
  readonly lost: (error: Error) => void;
  /** Hears that a connection has caught up. */
  readonly caughtUp: () => void;
}

/** Keeps a connection to the feed until the signal ends it. */
export async function follow(
  connect: Connect,
  following: Following,
  { clock, chance, pause, lost, caughtUp }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
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
      if (!signal.aborted) lost(new Error("the feed was lost: it was closed"));
    } catch (error) {
      if (!signal.aborted) lost(new Error(`the feed was lost: ${(error as Error).message}`, { cause: error }));
    }
    await pause(pauseAfter(failures, chance()), signal);
  }
}
