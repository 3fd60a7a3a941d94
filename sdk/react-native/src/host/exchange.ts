import { ConsentRequired, PorticoError, Unreachable, UnknownMiniProgram } from "../errors";
import type { Environment } from "../net/environment";
import type { Issuer } from "../net/issuer";
import { refusal, textField } from "../net/request";
import type { HostSession } from "./options";
import type { Tokens } from "./tokens";

const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/** Codes that a mini-program's back end redeems, by what they are for. */
const CODES = {
  login: "urn:portico:token-type:login-code",
  phone: "urn:portico:token-type:phone-code",
} as const;

/** An expired subject token is an invalid request; without a session there is no grant. */
const REFUSALS: Readonly<Record<string, "stale" | "over">> = { invalid_request: "stale", invalid_grant: "over" };

/** What an exchange gave: a launch token, or a code. Times are milliseconds. */
export interface Exchanged {
  readonly value: string;
  readonly scope: string;
  /** Since 1970. */
  readonly expiresAt: number;
  /** That it lives in all. */
  readonly lifetime: number;
}

/** What to exchange the host's token for. */
export interface Wish {
  readonly scope?: string | undefined;
  /** `none` never asks and takes what there is; `consent` asks again. */
  readonly prompt?: "none" | "consent";
  readonly theme?: string;
  readonly locale?: string;
  /** A code in place of a launch token. */
  readonly code?: keyof typeof CODES | undefined;
}

/** Token exchange (RFC 8693) of the host's access token. */
export class Exchange {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #tokens: Tokens;

  constructor(env: Environment, issuer: Issuer, tokens: Tokens) {
    this.#env = env;
    this.#issuer = issuer;
    this.#tokens = tokens;
  }

  /**
   * Exchanges the token of `session`, which must be the one that is here, and still be when the answer comes.
   *
   * @throws {@link ConsentRequired}, {@link AccessDenied}, {@link UnknownMiniProgram}, {@link SessionExpired},
   * {@link Unreachable}; {@link PorticoError} `invalid_scope` beyond the manifest.
   */
  run(session: HostSession, appId: string, wish: Wish): Promise<Exchanged> {
    return this.#tokens.using(
      session,
      (token) => this.#once(token, appId, wish),
      (error) => (error instanceof PorticoError ? (REFUSALS[error.code] ?? null) : null),
    );
  }

  async #once(subjectToken: string, appId: string, wish: Wish): Promise<Exchanged> {
    const asked = this.#env.now();
    const fields = {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: subjectToken,
      subject_token_type: ACCESS_TOKEN,
      audience: appId,
      scope: wish.scope,
      prompt: wish.prompt,
      theme: wish.theme,
      ui_locales: wish.locale,
      requested_token_type: wish.code && CODES[wish.code],
    };
    const answer = await this.#issuer.post("token_endpoint", fields, (status, body) => {
      const page = textField(body, "consent_uri");
      if (body["error"] === "consent_required" && page !== "")
        return new ConsentRequired(appId, textField(body, "scope"), page, textField(body, "consent_request"));
      return body["error"] === "invalid_target" ? new UnknownMiniProgram(appId) : refusal(status, body);
    });
    const lifetime = Number(answer["expires_in"] ?? 0) * 1000;
    if (!(lifetime > 0)) throw new Unreachable("an answer without a token");
    return {
      value: textField(answer, "access_token"),
      scope: textField(answer, "scope"),
      expiresAt: asked + lifetime,
      lifetime,
    };
  }
}
