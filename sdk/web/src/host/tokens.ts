import type { Environment } from "../shared/environment.js";
import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import { textClaim, unverifiedClaims } from "../shared/jwt.js";
import { textField } from "../shared/request.js";
import { SingleFlight } from "../shared/single-flight.js";
import { NotSignedIn } from "./errors.js";
import type { Issuer } from "./issuer.js";
import type { HostSession } from "./options.js";
import type { Peers } from "./peers.js";
import { Slot, type TokenStorage } from "./storage.js";

/** What one sign-in gave. Times are milliseconds since 1970. */
export interface TokenSet extends HostSession {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

const RETRY_MS = 5_000;

/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export class Tokens {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #slot: Slot<TokenSet>;
  readonly #peers: Peers;
  readonly #onOver: () => Promise<void>;
  readonly #refresh = new SingleFlight(() => this.#renew());
  #current: TokenSet | null = null;
  #cancelTimer = () => {};

  /** `onOver` is called when the server says that the session is over. */
  constructor(
    env: Environment,
    issuer: Issuer,
    storage: TokenStorage,
    peers: Peers,
    onOver: () => Promise<void>,
  ) {
    this.#env = env;
    this.#issuer = issuer;
    this.#slot = new Slot(storage, `portico.${issuer.clientId}.tokens`);
    this.#peers = peers;
    this.#onOver = onOver;
    peers.listen((from, tokens) => {
      if (this.#current?.refreshToken === from) void this.#keep(tokens);
    });
  }

  /** Who is signed in. */
  get session(): HostSession | null {
    return this.#current && { sub: this.#current.sub, sid: this.#current.sid };
  }

  /** Takes up what the storage holds. */
  async restore(): Promise<void> {
    const stored = await this.#slot.read();
    if (stored !== null && this.#current === null) await this.#keep(stored);
  }

  /** Takes up a token endpoint's answer. */
  async adopt(answer: Readonly<Record<string, unknown>>): Promise<void> {
    const idToken = unverifiedClaims(textField(answer, "id_token"));
    await this.#keep(
      this.#read(answer, { sub: textClaim(idToken, "sub"), sid: textClaim(idToken, "sid") }, ""),
    );
  }

  /**
   * An access token that lives long enough to be used.
   *
   * @throws {@link NotSignedIn}, {@link SessionExpired}, {@link Unreachable}.
   */
  async access(): Promise<string> {
    if (this.#current === null) throw new NotSignedIn();
    const now = this.#env.now();
    if (now < this.#current.renewAt) return this.#current.accessToken;
    const before = this.#current;
    try {
      return await this.#refresh.run();
    } catch (error) {
      if (error instanceof Unreachable && this.#current === before && this.#env.now() < before.expiresAt)
        return before.accessToken;
      throw error;
    }
  }

  /**
   * Runs `use` with an access token, and once more with a new one when the first is refused. What `refusal` makes of
   * an error: `stale`, the token may be too old; `over`, so may the session, and is when the new one is refused too.
   *
   * @throws {@link SessionExpired}, or what `use` throws.
   */
  async using<Answer>(
    use: (token: string) => Promise<Answer>,
    refusal: (error: unknown) => "stale" | "over" | null,
  ): Promise<Answer> {
    const session = this.session;
    try {
      return await use(await this.access());
    } catch (error) {
      if (refusal(error) === null) throw error;
    }
    if (session?.sid !== this.session?.sid) throw new SessionExpired("expired");
    try {
      return await use(await this.#refresh.run());
    } catch (error) {
      if (refusal(error) !== "over") throw error;
      await this.#onOver();
      throw new SessionExpired("expired");
    }
  }

  /** Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here. */
  async revoke(): Promise<void> {
    await this.#refresh.settled();
    if (this.#current === null) return;
    await this.#issuer.post("revocation_endpoint", {
      token: this.#current.refreshToken,
      token_type_hint: "refresh_token",
    });
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    this.#current = null;
    this.#cancelTimer();
    await this.#slot.write(null);
  }

  /** Stops the timer; what is kept stays in the storage. */
  stop(): void {
    this.#current = null;
    this.#cancelTimer();
  }

  async #renew(): Promise<string> {
    const before = this.#current;
    if (before === null) throw new NotSignedIn();
    const stored = await this.#slot.read();
    if (stored !== null && stored.sid === before.sid && stored.refreshToken !== before.refreshToken) {
      await this.#keep(stored);
      if (this.#env.now() < stored.renewAt) return stored.accessToken;
    }
    const from = this.#current ?? before;
    let answer: Readonly<Record<string, unknown>>;
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
    if (this.#current !== from) throw new SessionExpired("signed_out");
    const next = this.#read(answer, from, from.refreshToken);
    await this.#keep(next);
    this.#peers.tell(from.refreshToken, next);
    return next.accessToken;
  }

  #read(answer: Readonly<Record<string, unknown>>, session: HostSession, refreshToken: string): TokenSet {
    const lifetime = Number(answer["expires_in"] ?? 0) * 1000;
    const expiresAt = this.#env.now() + lifetime;
    return {
      sub: session.sub,
      sid: session.sid,
      accessToken: textField(answer, "access_token"),
      refreshToken: textField(answer, "refresh_token") || refreshToken,
      renewAt: expiresAt - Math.min(60_000, lifetime / 5),
      expiresAt,
    };
  }

  async #keep(tokens: TokenSet): Promise<void> {
    this.#current = tokens;
    this.#schedule(tokens.renewAt - this.#env.now());
    await this.#slot.write(tokens);
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
