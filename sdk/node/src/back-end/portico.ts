import { setTimeout as wait } from "node:timers/promises";

import { answerTo, type Answer } from "./answer.js";
import { hasTokenForm, isText } from "./claims.js";
import { momentOf, systemClock, type Clock } from "./clock.js";
import { privateKeyJwt, secretBasic, type Credentials } from "./credentials.js";
import { connectTo, type Connect } from "./feed/connection.js";
import { follow, type Surroundings } from "./feed/follow.js";
import { Following } from "./feed/following.js";
import { Standing } from "./feed/standing.js";
import { InvalidToken, TokenMissing, Unavailable } from "./failure.js";
import { Introspection } from "./introspection.js";
import { Issuer } from "./issuer.js";
import { KeySet } from "./key-set.js";
import { LaunchTokens } from "./launch-token.js";
import { logoutTokenOf, LogoutTokens, type LoggedOut } from "./logout.js";
import { whole, type PorticoOptions } from "./options.js";
import { Validated, type Facts } from "./validated.js";

/** For how long a question that is under way is joined beside the feed, in milliseconds: it stays within its two seconds. */
const JOINED = 1000;

/** How often it is looked whether the process stands, in milliseconds. */
const LOOKS = 250;
/** A while, in milliseconds. */
const HELD = 60_000;

/**
 * What stands in the place of time, chance and the network in tests.
 *
 * @internal
 */
export interface Stage {
  readonly clock?: Clock;
  readonly chance?: () => number;
  readonly pause?: Surroundings["pause"];
  readonly looks?: (look: () => void, signal: AbortSignal) => void;
  readonly connect?: Connect;
  readonly issuer?: Pick<Issuer, keyof Issuer>;
}

/** The Portico of one app's back end. Make one for the life of the process, and {@link close} it in the end. */
export class Portico {
  readonly #options: PorticoOptions;
  readonly #clock: Clock;
  readonly #issuer: Pick<Issuer, keyof Issuer>;
  readonly #keys: KeySet;
  readonly #standing = new Standing();
  readonly #following: Following;
  readonly #launchTokens: LaunchTokens;
  readonly #logoutTokens: LogoutTokens;
  readonly #introspection: Introspection;
  readonly #over = new AbortController();
  readonly #caughtUp: Promise<void>;

  /** @internal */
  constructor(options: PorticoOptions, stage: Stage = {}) {
    const { issuer, clientId, timeout, remember, validate } = whole(options);
    const credentials = credentialsOf(options);
    this.#options = options;
    this.#clock = stage.clock ?? systemClock;
    this.#issuer = stage.issuer ?? new Issuer(issuer, timeout);
    this.#keys = new KeySet(() => this.#readKeys(), this.#clock, (error) => this.#tell(error));
    this.#following = new Following(this.#standing, this.#keys);
    this.#launchTokens = new LaunchTokens(issuer, clientId, this.#keys, this.#clock, remember);
    this.#logoutTokens = new LogoutTokens(issuer, clientId, this.#keys, this.#clock);
    const joined = validate === "introspection" ? 0 : JOINED;
    this.#introspection = new Introspection(this.#issuer, clientId, credentials, this.#clock, joined);
    let caughtUp = (): void => undefined;
    this.#caughtUp = new Promise((resolve) => (caughtUp = resolve));
    if (validate === "introspection") {
      caughtUp();
      return;
    }
    const surroundings = {
      clock: this.#clock, chance: stage.chance ?? Math.random, pause: stage.pause ?? pause,
      lost: (error: Error) => this.#tell(error), caughtUp,
    };
    (stage.looks ?? looks)(() => this.#following.looked(momentOf(this.#clock)), this.#over.signal);
    void follow(stage.connect ?? connectTo(issuer, credentials), this.#following, surroundings, this.#over.signal);
  }

  /** The issuer. */
  get issuer(): string {
    return this.#options.issuer;
  }

  /** The app whose back end this is. */
  get clientId(): string {
    return this.#options.clientId;
  }

  /** Whether tokens are validated without asking, at this moment. */
  get isLive(): boolean {
    return this.#standing.isLive(momentOf(this.#clock));
  }

  /**
   * Resolves once the feed has caught up for the first time; at once where there is none. Nobody has to wait for it:
   * until then, Portico is asked about each token. The process is kept alive meanwhile.
   */
  async ready(): Promise<void> {
    if (this.#over.signal.aborted) return this.#caughtUp;
    // Whoever waits has a process still.
    const held = setInterval(() => undefined, HELD);
    const letGo = (): void => clearInterval(held);
    this.#over.signal.addEventListener("abort", letGo, { once: true });
    await this.#caughtUp;
    this.#over.signal.removeEventListener("abort", letGo);
    letGo();
  }

  /**
   * Whom a launch token names, and what it opens now. What can never be good is refused without a question. What ended more than two seconds ago is known here.
   *
   * @throws {@link InvalidToken} where it is not good, whatever the cause.
   * @throws {@link Unavailable} where it cannot be told without asking, and Portico does not answer.
   */
  async validate(token: string): Promise<Validated> {
    const validated = hasTokenForm(token) ? await this.#validated(token) : undefined;
    if (!validated) throw new InvalidToken();
    return validated;
  }

  /**
   * Whom a request's `Authorization` header names, if all of these scopes hold.
   *
   * @throws {@link Failure}, which {@link answerTo} turns into the answer.
   */
  async authorize(authorization: string | undefined, ...scopes: readonly string[]): Promise<Validated> {
    const [, token] = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "") ?? [];
    if (token === undefined) throw new TokenMissing();
    const validated = await this.validate(token);
    validated.require(...scopes);
    return validated;
  }

  /**
   * Receives a logout (OpenID Connect Back-Channel Logout 1.0 §2.5): the form that was posted. Where its token is good,
   * tokens of the session are refused from now on, and the app is told. Answers 200 once the app is done; 400 where the
   * token is not good or `ended` fails, 503 where it cannot be verified now. Whatever is not 200, Portico sends again.
   */
  async receiveLogout(
    contentType: string | undefined,
    body: string,
    ended: (who: LoggedOut) => unknown,
  ): Promise<Answer> {
    const token = logoutTokenOf(contentType, body);
    try {
      const who = token === undefined ? undefined : await this.#logoutTokens.take(token);
      if (!who) return said(400, "invalid_request");
      await ended(who);
      return { status: 200, headers: { "cache-control": "no-store" }, body: "" };
    } catch (error) {
      if (error instanceof Unavailable) return answerTo(error);
      this.#tell(error instanceof Error ? error : new Error("the app could not end a session"));
      return said(400, "logout_failed");
    }
  }

  /** Closes the feed and every connection. Tokens can still be validated, by asking. */
  close(): void {
    this.#over.abort();
    this.#standing.lost();
    this.#issuer.close();
  }

  async #validated(token: string): Promise<Validated | undefined> {
    if (this.#standing.refusesAll(momentOf(this.#clock))) return undefined;
    const facts = await this.#facts(token);
    if (facts === "invalid") return undefined;
    if (facts) {
      if (this.#logoutTokens.covers(facts)) return undefined;
      const judgement = this.#standing.judge(facts, momentOf(this.#clock));
      if (judgement === "invalid") return undefined;
      if (judgement) return new Validated(facts, judgement.allowed);
    }
    return this.#introspection.validate(token, facts !== undefined);
  }

  /** What the token says, if it is good by its keys and by itself; undefined where there are no keys to tell by. */
  async #facts(token: string): Promise<Facts | "invalid" | undefined> {
    try {
      return this.#launchTokens.recall(token) ?? (await this.#launchTokens.verify(token)) ?? "invalid";
    } catch (error) {
      if (error instanceof Unavailable) return undefined;
      throw error;
    }
  }

  async #readKeys(): Promise<unknown> {
    const { jwks_uri: url } = await this.#issuer.metadata();
    return this.#issuer.ask(url, { method: "GET", headers: { accept: "application/json" } });
  }

  #tell(problem: Error): void {
    // What the app does with it stops nothing here, however that fails.
    Promise.resolve(problem).then((one) => this.#options.onProblem?.(one)).catch(() => undefined);
  }
}

/**
 * Portico for the back end of one app. It opens the feed at once, and keeps no process alive by itself.
 *
 * @throws TypeError where an option cannot be used.
 */
export function createPortico(options: PorticoOptions): Portico {
  return new Portico(options);
}

function credentialsOf({ clientId, clientSecret, privateKey }: PorticoOptions): Credentials {
  if (privateKey && clientSecret !== undefined) throw new TypeError("there is both a clientSecret and a privateKey");
  if (privateKey) return privateKeyJwt(clientId, privateKey);
  if (!isText(clientSecret)) throw new TypeError("clientSecret or privateKey is missing");
  return secretBasic(clientId, clientSecret);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<unknown> {
  return wait(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}

function looks(look: () => void, signal: AbortSignal): void {
  const looking = setInterval(look, LOOKS).unref();
  signal.addEventListener("abort", () => clearInterval(looking), { once: true });
}

function said(status: number, error: string): Answer {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify({ error }) };
}
