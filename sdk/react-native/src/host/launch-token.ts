import { PorticoError, SessionExpired, Unreachable } from "../errors";
import type { Environment } from "../net/environment";
import { textClaim, unverifiedClaims } from "../net/jwt";
import type { Exchanged } from "./exchange";
import { without } from "./scope";
import { SingleFlight } from "./single-flight";

const RETRY_MS = 5_000;

/** The person that a launch token is for, by the id that the mini-program knows them by; empty where it names none. */
export function personOf(token: Exchanged): string {
  return textClaim(unverifiedClaims(token.value), "sub");
}

/** The name of the storage that a mini-program has for that person. */
export function profileOf(env: Environment, appId: string, token: Exchanged): string {
  return `portico-${env.sha256(`${appId}\n${personOf(token)}`).slice(0, 32)}`;
}

/**
 * A mini-program's token: renewed with one request in flight, never for a session that has ended meanwhile, and never by
 * one of somebody else.
 */
export class LaunchToken {
  readonly #env: Environment;
  readonly #ask: () => Promise<Exchanged>;
  readonly #due: () => Promise<void>;
  #flight = new SingleFlight(() => this.#renew());
  #current: Exchanged | null;
  /** What was asked for in one session is not waited for, nor taken, in the next. */
  #session = 0;
  /** How many were asked for, and which of them this is: one that was asked for earlier does not take its place. */
  #asked = 0;
  #taken = 0;
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

  /** Begins a session with this one. */
  begin(token: Exchanged): void {
    this.drop();
    this.#keep(token);
  }

  /** These scopes were withdrawn. */
  narrow(removed: string): void {
    if (this.#current !== null) this.#current = { ...this.#current, scope: without(this.#current.scope, removed) };
  }

  /** There is none any more. */
  drop(): void {
    this.#cancelTimer();
    this.#current = null;
    this.#session += 1;
    this.#flight = new SingleFlight(() => this.#renew());
  }

  /** Another one: all who ask during one request get the same. */
  renew(): Promise<Exchanged> {
    return this.#flight.run();
  }

  /** Another one that is asked for now: the request that is under way may have asked for less. */
  renewAfresh(): Promise<Exchanged> {
    this.#flight = new SingleFlight(() => this.#renew());
    return this.renew();
  }

  /** Has `due` called now; what cannot be asked now is asked again. */
  renewUnasked(): void {
    const session = this.#session;
    this.#due().catch((error: unknown) => {
      if (error instanceof Unreachable && this.#session === session)
        this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
    });
  }

  /** Whether it is still good. */
  get isAlive(): boolean {
    return this.#left() > 0;
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
    const session = this.#session;
    const turn = (this.#asked += 1);
    const token = await this.#ask();
    if (this.#current === null || this.#session !== session) throw new SessionExpired("expired");
    if (personOf(token) !== personOf(this.#current))
      throw new PorticoError("invalid_response", "a launch token for somebody else");
    if (turn < this.#taken) return this.#current;
    this.#taken = turn;
    this.#keep(token);
    return token;
  }

  #keep(token: Exchanged): void {
    this.#current = token;
    this.#schedule();
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
    this.#cancelTimer = this.#env.timer(() => this.renewUnasked(), Math.max(0, ms));
  }
}
