import type { Environment } from "../shared/environment.js";
import { singleFlight } from "../shared/single-flight.js";
import { Unreachable } from "../shared/errors.js";

const RETRY_S = 5;

/** Until when something is good; milliseconds since 1970. */
export interface Life {
  readonly expiresAt: number;
  /** When to ask for the next: a tenth of its life before the end. */
  readonly renewAt: number;
}

/**
 * The life of what was asked for at `from`, lives `seconds`.
 *
 * @throws {@link Unreachable} where that is no life: the answer is none of Portico's.
 */
export function life(from: number, seconds: unknown): Life {
  const lifetime = Number(seconds) * 1000;
  if (!(lifetime > 0)) throw new Unreachable();
  const expiresAt = from + lifetime;
  return { expiresAt, renewAt: expiresAt - lifetime / 10 };
}

/** Something that is renewed in time, with one request in flight. */
export interface Renewal<Answer> {
  /** Renews it now. */
  run(): Promise<Answer>;
  /** Renews unasked at that time, and at no other. */
  at(time: number): void;
  /** Renews unasked. What cannot be asked now is asked again. */
  now(): void;
  /** Does not renew unasked any more. */
  cancel(): void;
}

/** What `work` renews; `unasked` is what is done when the time has come, by default a run. */
export function renewalOf<Answer>(
  env: Environment,
  work: () => Promise<Answer>,
  unasked?: () => Promise<unknown>,
): Renewal<Answer> {
  const run = singleFlight(work);
  const begin = singleFlight(unasked ?? run);
  let stop = (): void => {};
  const now = (): void => {
    begin().catch((error: unknown) => {
      if (error instanceof Unreachable) at(env.now() + (error.retryAfter ?? RETRY_S) * 1000);
    });
  };
  const cancel = (): void => stop();
  const at = (time: number): void => {
    stop();
    stop = env.timer(now, time - env.now());
  };
  return { run, at, now, cancel };
}
