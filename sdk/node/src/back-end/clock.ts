/** Two clocks: one that says what time it is, and one that nobody sets. */
export interface Clock {
  /** Milliseconds since 1970. */
  wall(): number;
  /** Milliseconds since some moment; never goes back. May stand while the machine sleeps. */
  steady(): number;
}

/** One look at both clocks. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export const systemClock: Clock = { wall: () => Date.now(), steady: () => performance.now() };

/** Now, by both. */
export function momentOf(clock: Clock): Moment {
  return { wall: clock.wall(), steady: clock.steady() };
}

/**
 * How many milliseconds ago `earlier` was: the longer of the two ways to count, since the one clock may stand while the
 * machine sleeps, and the other may be set back.
 */
export function since(now: Moment, earlier: Moment): number {
  return Math.max(now.wall - earlier.wall, now.steady - earlier.steady);
}
