import { NotSignedIn, PorticoError, SessionExpired, Unreachable } from "../errors";
import type { Environment } from "../net/environment";
import type { Issuer } from "../net/issuer";
import { textClaim, unverifiedClaims } from "../net/jwt";
import { textField, type Body } from "../net/request";
import { SingleFlight } from "./single-flight";
import type { HostSession } from "./options";
import { Slot, type SecretStore } from "./secrets";

/** What outlives the app's process. */
interface Kept extends HostSession {
  readonly refreshToken: string;
}

/** What one sign-in gave. Times are milliseconds since 1970. */
export interface TokenSet {
  /** Goes on through renewals: it is the same object as long as the session lasts, and no other session's. */
  readonly session: HostSession;
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

const RETRY_MS = 5_000;

/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export class Tokens {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #slot: Slot<Kept>;
  readonly #onOver: () => Promise<void>;
  #refresh = new SingleFlight(() => this.#renew());
  #current: TokenSet | null = null;
  /** Those that were left to the store for another host. */
  #left: TokenSet | null = null;
  #cancelTimer = () => {};

  /** `onOver` is called when the server says that the session is over. */
  constructor(env: Environment, issuer: Issuer, secrets: SecretStore, onOver: () => Promise<void>) {
    this.#env = env;
    this.#issuer = issuer;
    this.#slot = new Slot(secrets, `portico.${issuer.clientId}.session`);
    this.#onOver = onOver;
  }

  /** Who is signed in: one object for each session, so that what began in it can tell whether it still is the same. */
  get session(): HostSession | null {
    return this.#current?.session ?? null;
  }

  /** The session that something begins in now. @throws {@link NotSignedIn}. */
  here(): HostSession {
    if (this.session === null) throw new NotSignedIn();
    return this.session;
  }

  /** @throws {@link SessionExpired} unless `session` is the one that is here. */
  check(session: HostSession): void {
    if (this.session !== session) throw new SessionExpired("expired");
  }

  /** Takes up what the store holds; the access token is asked for when it is first needed. */
  async restore(): Promise<void> {
    const kept = await this.#slot.read();
    if (kept === null || this.#current !== null) return;
    const { sub, sid, refreshToken } = kept;
    this.#current = { session: { sub, sid }, refreshToken, accessToken: "", renewAt: 0, expiresAt: 0 };
  }

  /**
   * Reads a token endpoint's answer to a sign-in.
   *
   * @throws {@link PorticoError} `invalid_tokens` where it lacks the access token, the refresh token or the ID token.
   */
  read(answer: Body): TokenSet {
    const claims = unverifiedClaims(textField(answer, "id_token"));
    const session = { sub: textClaim(claims, "sub"), sid: textClaim(claims, "sid") };
    const tokens = this.#read(answer, session, "");
    if ([session.sub, session.sid, tokens.accessToken, tokens.refreshToken].includes(""))
      throw new PorticoError("invalid_tokens", "not a token endpoint's answer to a host");
    return tokens;
  }

  /** Takes up what a sign-in gave, at once, and resolves when the store has it. Nobody is to be signed in. */
  adopt(tokens: TokenSet): Promise<void> {
    return this.#keep(tokens);
  }

  /**
   * An access token that lives long enough to be used.
   *
   * @throws {@link NotSignedIn}, {@link SessionExpired}, {@link Unreachable}.
   */
  async access(): Promise<string> {
    const before = this.#current;
    if (before === null) throw new NotSignedIn();
    if (this.#env.now() < before.renewAt) return before.accessToken;
    try {
      return await this.#refresh.run();
    } catch (error) {
      const isGoodEnough = this.#current === before && this.#env.now() < before.expiresAt;
      if (error instanceof Unreachable && isGoodEnough) return before.accessToken;
      throw error;
    }
  }

  /**
   * Runs `use` with an access token of `session`, and once more with a new one when the first is refused. What `refusal` makes of
   * an error: `stale`, the token may be too old; `over`, so may the session, and is when the new one is refused too.
   *
   * @throws {@link SessionExpired}, also when `session` has ended, before or meanwhile; or what `use` throws.
   */
  async using<Answer>(
    session: HostSession,
    use: (token: string) => Promise<Answer>,
    refusal: (error: unknown) => "stale" | "over" | null,
  ): Promise<Answer> {
    this.check(session);
    const isOver = () => this.session !== session;
    try {
      return await use(await this.access());
    } catch (error) {
      if (refusal(error) === null || isOver()) throw error;
      try {
        return await use(await this.#refresh.run());
      } catch (again) {
        if (refusal(again) === "over" && !isOver()) await this.#onOver();
        throw again;
      }
    } finally {
      // Nobody is given what was asked for somebody else.
      this.check(session);
    }
  }

  /**
   * Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here.
   *
   * @throws {@link Unreachable}, unless the session has ended meanwhile.
   */
  async revoke(): Promise<void> {
    const session = this.session;
    await this.#refresh.settled();
    if (this.#current === null || this.session !== session) return;
    const fields = { token: this.#current.refreshToken, token_type_hint: "refresh_token" };
    try {
      await this.#issuer.post("revocation_endpoint", fields);
    } catch (error) {
      if (this.session === session) throw error;
    }
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    this.#leave();
    await this.#slot.write(null);
  }

  /** Stops the timer. What is kept stays in the store, and what a renewal that is under way gives comes to it. */
  stop(): void {
    this.#left = this.#current;
    this.#leave();
  }

  #leave(): void {
    this.#current = null;
    this.#cancelTimer();
    // Whoever signs in next does not wait for what was asked for this one.
    this.#refresh = new SingleFlight(() => this.#renew());
  }

  async #renew(): Promise<string> {
    const from = this.#current;
    if (from === null) throw new NotSignedIn();
    let answer: Body;
    try {
      answer = await this.#issuer.post("token_endpoint", {
        grant_type: "refresh_token",
        refresh_token: from.refreshToken,
      });
    } catch (error) {
      if (!(error instanceof PorticoError) || error.code !== "invalid_grant") throw error;
      if (this.#current === from) await this.#onOver();
      throw new SessionExpired("expired");
    }
    const next = this.#read(answer, from.session, from.refreshToken);
    const isGood = next.accessToken !== "" && next.expiresAt > this.#env.now();
    if (this.#current !== from) {
      if (isGood && this.#left === from) await this.#passOn(from, next);
      throw new SessionExpired("signed_out");
    }
    if (!isGood) throw new Unreachable("an answer without tokens");
    await this.#keep(next);
    return next.accessToken;
  }

  /** Another host may have renewed them by now, or somebody else be signed in. */
  async #passOn(from: TokenSet, next: TokenSet): Promise<void> {
    const kept = await this.#slot.read();
    if (kept?.refreshToken === from.refreshToken) await this.#write(next);
  }

  #read(answer: Body, session: HostSession, refreshToken: string): TokenSet {
    const lifetime = Number(answer["expires_in"] ?? 0) * 1000;
    const expiresAt = this.#env.now() + lifetime;
    return {
      session,
      accessToken: textField(answer, "access_token"),
      refreshToken: textField(answer, "refresh_token") || refreshToken,
      renewAt: expiresAt - Math.min(60_000, lifetime / 5),
      expiresAt,
    };
  }

  async #keep(tokens: TokenSet): Promise<void> {
    this.#current = tokens;
    this.#schedule(tokens.renewAt - this.#env.now());
    await this.#write(tokens);
  }

  #write({ session, refreshToken }: TokenSet): Promise<void> {
    return this.#slot.write({ ...session, refreshToken });
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#env.timer(
      () => {
        this.#refresh.run().catch((error: unknown) => {
          if (error instanceof Unreachable) this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
        });
      },
      Math.max(0, ms),
    );
  }
}
