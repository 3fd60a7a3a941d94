import type { Environment } from "../shared/environment.js";
import { Unreachable } from "../shared/errors.js";
import { SingleFlight } from "../shared/single-flight.js";

const RETRY_S = 5;

/** Until when something is good; milliseconds since 1970. */
export interface Life {
  readonly expiresAt: number;
  /** When to ask for the next: a fifth of its life before the end, or less. */
  readonly renewAt: number;
}

/** The life of what was asked for at `from`, lives `seconds`, and is renewed at most `margin` ms before its end. */
export function life(from: number, seconds: unknown, margin: number): Life {
  const lifetime = Number(seconds) * 1000;
  const expiresAt = from + lifetime;
  return { expiresAt, renewAt: expiresAt - Math.min(margin, lifetime / 5) };
}

/** Something that is renewed in time, with one request in flight. */
export class Renewal<Answer> extends SingleFlight<Answer> {
  readonly #env: Environment;
  readonly #unasked: () => Promise<unknown>;
  #cancel = () => {};

  /** `unasked` is what is done when the time has come; by default, a run. What cannot be asked is asked again. */
  constructor(env: Environment, work: () => Promise<Answer>, unasked?: () => Promise<unknown>) {
    super(work);
    this.#env = env;
    this.#unasked = unasked ?? (() => this.run());
  }

  /** Renews unasked at that time, and at no other. */
  at(time: number): void {
    this.cancel();
    this.#cancel = this.#env.timer(
      () =>
        void this.#unasked().catch((error: unknown) => {
          if (error instanceof Unreachable)
            this.at(this.#env.now() + (error.retryAfter ?? RETRY_S) * 1000);
        }),
      time - this.#env.now(),
    );
  }

  /** Does not renew unasked any more. */
  cancel(): void {
    this.#cancel();
  }
}
