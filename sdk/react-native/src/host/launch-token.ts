import { SessionExpired, Unreachable } from "../errors";
import type { Environment } from "../net/environment";
import type { Exchanged } from "./exchange";
import { without } from "./scope";
import { SingleFlight } from "./single-flight";

const RETRY_MS = 5_000;

/** A mini-program's token: renewed with one request in flight, and never for a session that has ended meanwhile. */
export class LaunchToken {
  readonly #env: Environment;
  readonly #ask: () => Promise<Exchanged>;
  readonly #due: () => Promise<void>;
  readonly #flight = new SingleFlight(() => this.#renew());
  #current: Exchanged | null;
  #cancelTimer = () => {};

  /** `ask` gets another one; `due` is called when it is time for that. */
  constructor(env: Environment, token: Exchanged, ask: () => Promise<Exchanged>, due: () => Promise<void>) {
    this.#env = env;
    this.#ask = ask;
    this.#due = due;
    this.#current = token;
    this.#schedule();
  }

  /** `null` once the session is over. */
  get current(): Exchanged | null {
    return this.#current;
  }

  /** Begins anew with this one. */
  begin(token: Exchanged): void {
    this.#current = token;
    this.#schedule();
  }

  /** Takes one that was asked for before; the session may have ended meanwhile. */
  replace(token: Exchanged): void {
    if (this.#current === null) throw new SessionExpired("expired");
    this.begin(token);
  }

  /** These scopes were withdrawn. */
  narrow(removed: string): void {
    if (this.#current !== null) this.#current = { ...this.#current, scope: without(this.#current.scope, removed) };
  }

  /** There is none any more. */
  drop(): void {
    this.#cancelTimer();
    this.#current = null;
  }

  /** Another one: all who ask during one request get the same. */
  renew(): Promise<Exchanged> {
    return this.#flight.run();
  }

  /** Whether it is time to renew it. */
  get isDue(): boolean {
    return this.#left() <= this.#margin();
  }

  /** Seconds that `token` has left, as the bridge counts them. */
  seconds(token: Exchanged): number {
    return Math.min(1800, Math.max(1, Math.floor((token.expiresAt - this.#env.now()) / 1000)));
  }

  async #renew(): Promise<Exchanged> {
    const token = await this.#ask();
    this.replace(token);
    return token;
  }

  #left(): number {
    return this.#current === null ? 0 : this.#current.expiresAt - this.#env.now();
  }

  /** How long before its end it is renewed. */
  #margin(): number {
    return Math.min(120_000, (this.#current?.lifetime ?? 0) / 5);
  }

  #schedule(ms = this.#left() - this.#margin()): void {
    this.#cancelTimer();
    const due = () => {
      this.#due().catch((error: unknown) => {
        if (error instanceof Unreachable && this.#current !== null)
          this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
      });
    };
    this.#cancelTimer = this.#env.timer(due, Math.max(0, ms));
  }
}
