import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import type { Fields } from "../shared/fields.js";
import { unverifiedClaims } from "../shared/jwt.js";
import type { Context } from "./context.js";
import { post } from "./issuer.js";
import type { HostSession } from "./options.js";
import { life, Renewal, type Life } from "./renewal.js";
import { keep, keyOf, recall } from "./storage.js";

/** What one sign-in gave, in the words of RFC 6749 §5.1. */
export interface TokenSet extends Life {
  readonly session: HostSession;
  readonly access_token: string;
  readonly refresh_token: string;
}

/**
 * What a refused token may mean. An expired subject token is an invalid request (RFC 8693 §2.2.2): the token is
 * too old. Without a session there is no grant, and at Portico's own paths no valid token: so may the session be.
 */
const REFUSALS: Readonly<Record<string, "stale" | "over">> = {
  invalid_request: "stale",
  invalid_grant: "over",
  invalid_token: "over",
};
const refused = (error: unknown) => REFUSALS[(error as PorticoError).code];

/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export class Tokens {
  /** Who is signed in, and with what. */
  current: TokenSet | null = null;
  readonly #host: Context;
  /**
   * The same host in other tabs. A duplicated tab starts with a copy of the storage, refresh token included; were it to
   * use that copy after this tab's has rotated, the server would take it for theft and end the session. So whoever
   * renews tells the others what has replaced which refresh token.
   */
  readonly #peers: BroadcastChannel;
  readonly #renewal: Renewal<string>;

  constructor(host: Context) {
    this.#host = host;
    this.#renewal = new Renewal(host.env, () => this.#renew());
    this.#peers = new BroadcastChannel(keyOf(host, "tokens"));
    this.#peers.onmessage = ({ data: [from, tokens] }: MessageEvent<[string, TokenSet]>) => {
      if (this.current?.refresh_token === from) void this.#keep(tokens);
    };
  }

  /** Takes up what the storage holds. */
  async restore(): Promise<void> {
    const stored = await recall<TokenSet>(this.#host, "tokens");
    if (stored && !this.current) await this.#keep(stored);
  }

  /** Takes up a token endpoint's answer. */
  async adopt(answer: Fields): Promise<void> {
    const claims = unverifiedClaims(answer["id_token"]!);
    await this.#take(answer, { sub: claims["sub"]!, sid: claims["sid"]! });
  }

  /**
   * An access token that lives long enough to be used.
   *
   * @throws {@link PorticoError} `not_signed_in`, {@link SessionExpired}, {@link Unreachable}.
   */
  async access(): Promise<string> {
    const before = this.#signedIn();
    if (this.#host.env.now() < before.renewAt) return before.access_token;
    try {
      return await this.#renewal.run();
    } catch (error) {
      if (error instanceof Unreachable && this.current === before && this.#host.env.now() < before.expiresAt)
        return before.access_token;
      throw error;
    }
  }

  /**
   * Runs `use` with an access token, and once more with a new one when the first is refused.
   *
   * @throws {@link SessionExpired}, also when the session ended meanwhile; or what `use` throws.
   */
  async using<Answer>(use: (token: string) => Promise<Answer>, again = false): Promise<Answer> {
    const sid = this.current?.session.sid;
    const sameSession = () => {
      if (sid !== this.current?.session.sid) throw new SessionExpired("expired");
    };
    try {
      const answer = await use(await (again ? this.#renewal.run() : this.access()));
      sameSession();
      return answer;
    } catch (error) {
      const meaning = refused(error);
      if (!meaning) throw error;
      sameSession();
      if (!again) return this.using(use, true);
      if (meaning === "over") await this.#host.over("expired");
      sameSession();
      throw error;
    }
  }

  /** Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here. */
  async revoke(): Promise<void> {
    await this.#renewal.settled();
    if (this.current)
      await post(this.#host, "revocation_endpoint", { token: this.current.refresh_token });
  }

  /** Stops for good; what is kept stays in the storage. */
  close(): void {
    this.current = null;
    this.#renewal.cancel();
    this.#peers.close();
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    this.current = null;
    this.#renewal.cancel();
    await keep(this.#host, "tokens", null);
  }

  #signedIn(): TokenSet {
    if (!this.current) throw new PorticoError("not_signed_in");
    return this.current;
  }

  async #renew(): Promise<string> {
    let from = this.#signedIn();
    const stored = await recall<TokenSet>(this.#host, "tokens");
    // Another tab that shares this storage may have renewed.
    if (stored && stored.session.sid === from.session.sid && stored.refresh_token !== from.refresh_token) {
      await this.#keep((from = stored));
      if (this.#host.env.now() < stored.renewAt) return stored.access_token;
    }
    let answer: Fields;
    try {
      answer = await post(this.#host, "token_endpoint", {
        grant_type: "refresh_token",
        refresh_token: from.refresh_token,
      });
    } catch (error) {
      if (refused(error) !== "over") throw error;
      if (this.current === from) await this.#host.over("expired");
      throw new SessionExpired("expired");
    }
    if (this.current !== from) throw new SessionExpired("signed_out");
    const next = await this.#take(answer, from.session, from.refresh_token);
    this.#peers.postMessage([from.refresh_token, next]);
    return next.access_token;
  }

  async #take(answer: Fields, session: HostSession, before = ""): Promise<TokenSet> {
    const { access_token = "", refresh_token = before } = answer;
    const tokens = {
      session,
      access_token,
      refresh_token,
      ...life(this.#host.env.now(), answer["expires_in"], 60_000),
    };
    await this.#keep(tokens);
    return tokens;
  }

  async #keep(tokens: TokenSet): Promise<void> {
    this.current = tokens;
    this.#renewal.at(tokens.renewAt);
    await keep(this.#host, "tokens", tokens);
  }
}
