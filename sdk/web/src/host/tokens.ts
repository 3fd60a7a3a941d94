import { keep, keyOf, recall } from "./storage.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import { post } from "./issuer.js";
import { life, renewalOf, type Life, type Renewal } from "./renewal.js";
import type { Fields } from "../shared/fields.js";
import type { Context } from "./context.js";
import type { HostSession } from "./options.js";

/** What one sign-in gave, in the words of RFC 6749 §5.1. */
export interface TokenSet extends Life {
  readonly session: HostSession;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** How long another tab has to say that it has younger tokens. */
const PATIENCE_MS = 250;

/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export interface Tokens {
  /** Who is signed in. */
  readonly session: HostSession | undefined;
  /** Takes up what the storage holds. */
  restore(): Promise<void>;
  /**
   * Takes up a token endpoint's answer, in place of whatever is kept; the session of before is over.
   *
   * @throws {@link Unreachable} where it is none of Portico's answers; nothing has changed then.
   */
  adopt(answer: Fields): Promise<void>;
  /**
   * An access token that lives long enough to be used.
   *
   * @throws {@link PorticoError} `not_signed_in`, {@link SessionExpired}, {@link Unreachable}.
   */
  access(): Promise<string>;
  /**
   * Runs `use` with an access token of the session `sid`, and once more with a new one when the first is refused, which
   * `refused` tells by the code.
   *
   * @throws {@link SessionExpired}, also when the session ended meanwhile; or what `use` throws.
   */
  using<Answer>(
    use: (token: string) => Promise<Answer>,
    refused: RegExp,
    sid?: string,
    again?: boolean,
  ): Promise<Answer>;
  /** Revokes the refresh token, which ends the session at the server (RFC 7009); then it is over here too. */
  signOut(): Promise<void>;
  /** Puts `next` in place of what there is of this session. What is kept of another's, who signed in in another tab, stays. */
  replace(next: TokenSet | null): Promise<void>;
  /** Stops for good; what is kept stays in the storage. */
  close(): void;
}

/** Those of `host`; nobody is signed in yet. */
export function tokensOf(host: Context): Tokens {
  const { env } = host;
  let current: TokenSet | null = null;
  let renewal: Renewal<string> | undefined;
  /** Settled once other tabs have had their time to answer. */
  let asked: Promise<void>;
  /**
   * The same host in other tabs. A duplicated tab starts with a copy of the storage, refresh token included; were it to
   * use that copy after this tab's has rotated, the server would take it for theft and end the session. So whoever
   * renews tells the others, and whoever begins with what was kept asks them first.
   */
  const peers = new BroadcastChannel(keyOf(host, "tokens"));
  peers.onmessage = ({ data }: MessageEvent<TokenSet>) => void offer(data);

  const sidNow = () => current?.session.sid;
  const check = (sid: string | undefined): void => {
    if (sid !== sidNow()) throw new SessionExpired();
  };

  const hold = (next: TokenSet | null): void => {
    current = next;
    if (next) return renewal!.at(next.renewAt);
    renewal?.cancel();
    // Nobody waits for what was asked in another session.
    renewal = renewalOf(env, renew);
  };

  /** Keeps `next` for the next page load. A storage that takes nothing takes nobody's session away. */
  const store = (next: TokenSet | null): Promise<void> => keep(host, "tokens", next).catch(() => {});

  const replace = async (next: TokenSet | null): Promise<void> => {
    const sid = sidNow();
    hold(next);
    const stored = await recall<TokenSet>(host, "tokens");
    if (stored?.session.sid === sid && current === next) await store(next);
  };

  /** Takes up what another tab has, where it is of this session, and younger; one that has older ones is told. */
  const offer = async (tokens: TokenSet | null): Promise<void> => {
    if (!tokens || tokens.session.sid !== sidNow()) return;
    const younger = tokens.expiresAt - current!.expiresAt;
    if (younger > 0) await replace(tokens);
    if (younger < 0) peers.postMessage(current);
  };

  const renew = async (): Promise<string> => {
    const before = current;
    const sid = sidNow();
    await asked;
    // Another tab that shares this storage may have renewed.
    await offer(await recall(host, "tokens"));
    check(sid);
    if (current === before) {
      try {
        const form = { grant_type: "refresh_token", refresh_token: before!.refresh_token };
        const next = read(await post(host, "token_endpoint", form), before!);
        if (current === before) {
          peers.postMessage(next);
          await replace(next);
        }
      } catch (error) {
        if ((error as PorticoError).code !== "invalid_grant") throw error;
        if (current === before) await host.over("expired");
      }
    }
    // What is here now may be from another tab, which was faster.
    check(sid);
    return current!.access_token;
  };

  /** What the token endpoint answered: in place of `before`, or for a session that begins. */
  const read = (answer: Fields, before?: TokenSet): TokenSet => {
    const { sub, sid } = unverifiedClaims(answer["id_token"]!);
    const { access_token, refresh_token, expires_in } = answer;
    return {
      session: { sub, sid },
      ...before,
      access_token,
      ...(refresh_token && { refresh_token }),
      ...life(env.now(), (before ?? sid) && access_token && expires_in),
    } as TokenSet;
  };

  const access = async (): Promise<string> => {
    const before = current;
    if (!before) throw new PorticoError("not_signed_in");
    try {
      return env.now() < before.renewAt ? before.access_token : await renewal!.run();
    } catch (error) {
      if (error instanceof Unreachable && current === before && env.now() < before.expiresAt) return before.access_token;
      throw error;
    }
  };

  const using: Tokens["using"] = async (use, refused, sid = sidNow(), again = false) => {
    check(sid);
    try {
      return await use(await (again ? renewal!.run() : access()));
    } catch (error) {
      check(sid);
      const { code } = error as PorticoError;
      if (!refused.test(code)) throw error;
      if (!again) return await using(use, refused, sid, true);
      if (code !== "invalid_request") await host.over("expired");
      throw error;
    } finally {
      // Nobody is given what was asked for somebody else.
      check(sid);
    }
  };

  hold(null);
  return {
    get session() {
      return current?.session;
    },
    access,
    using,
    replace,
    async restore() {
      const stored = await recall<TokenSet>(host, "tokens");
      if (!stored || current) return;
      asked = new Promise((resolve) => env.timer(resolve, PATIENCE_MS));
      // Throws where this host was closed meanwhile, which takes up nothing then.
      peers.postMessage(stored);
      hold(stored);
    },
    async adopt(answer) {
      const next = read(answer);
      await host.over("signed_out");
      hold(next);
      await store(next);
    },
    async signOut() {
      const sid = sidNow();
      // One that is being renewed is about to be replaced.
      await access().catch(() => undefined);
      if (!sid || sid !== sidNow()) return;
      await post(host, "revocation_endpoint", { token: current!.refresh_token });
      if (sid === sidNow()) await host.over("signed_out");
    },
    close() {
      hold(null);
      peers.close();
    },
  };
}
