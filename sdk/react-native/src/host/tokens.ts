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
interface TokenSet extends Kept {
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
  readonly #refresh = new SingleFlight(() => this.#renew());
  #current: TokenSet | null = null;
  #cancelTimer = () => {};

  /** `onOver` is called when the server says that the session is over. */
  constructor(env: Environment, issuer: Issuer, secrets: SecretStore, onOver: () => Promise<void>) {
    this.#env = env;
    this.#issuer = issuer;
    this.#slot = new Slot(secrets, `portico.${issuer.clientId}.session`);
    this.#onOver = onOver;
  }

  /** Who is signed in. */
  get session(): HostSession | null {
    return this.#current && { sub: this.#current.sub, sid: this.#current.sid };
  }

  /** Takes up what the store holds; the access token is asked for when it is first needed. */
  async restore(): Promise<void> {
    const kept = await this.#slot.read();
    if (kept === null || this.#current !== null) return;
    const { sub, sid, refreshToken } = kept;
    this.#current = { sub, sid, refreshToken, accessToken: "", renewAt: 0, expiresAt: 0 };
  }

  /**
   * Takes up a token endpoint's answer.
   *
   * @throws {@link PorticoError} `invalid_tokens` where it lacks the access token, the refresh token or the ID token.
   */
  async adopt(answer: Body): Promise<void> {
    const claims = unverifiedClaims(textField(answer, "id_token"));
    const session = { sub: textClaim(claims, "sub"), sid: textClaim(claims, "sid") };
    const tokens = this.#read(answer, session, "");
    if ([session.sub, session.sid, tokens.accessToken, tokens.refreshToken].includes(""))
      throw new PorticoError("invalid_tokens", "not a token endpoint's answer to a host");
    await this.#keep(tokens);
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
   * Runs `use` with an access token, and once more with a new one when the first is refused. What `refusal` makes of
   * an error: `stale`, the token may be too old; `over`, so may the session, and is when the new one is refused too.
   *
   * @throws {@link SessionExpired}, or what `use` throws.
   */
  async using<Answer>(
    use: (token: string) => Promise<Answer>,
    refusal: (error: unknown) => "stale" | "over" | null,
  ): Promise<Answer> {
    const sid = this.session?.sid;
    try {
      return await use(await this.access());
    } catch (error) {
      if (refusal(error) === null) throw error;
    }
    if (this.session?.sid !== sid) throw new SessionExpired("expired");
    try {
      return await use(await this.#refresh.run());
    } catch (error) {
      if (refusal(error) !== "over") throw error;
      if (this.session?.sid === sid) await this.#onOver();
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
    this.stop();
    await this.#slot.write(null);
  }

  /** Stops the timer; what is kept stays in the store. */
  stop(): void {
    this.#current = null;
    this.#cancelTimer();
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
    if (this.#current !== from) throw new SessionExpired("signed_out");
    const next = this.#read(answer, from, from.refreshToken);
    await this.#keep(next);
    return next.accessToken;
  }

  #read(answer: Body, session: HostSession, refreshToken: string): TokenSet {
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
    const { sub, sid, refreshToken } = tokens;
    await this.#slot.write({ sub, sid, refreshToken });
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
