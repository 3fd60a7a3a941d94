import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { discover, jsonObject, request, tokenRefusal, type Metadata } from "../shared/request.js";
import type { Profile } from "./options.js";

/** The profile endpoint (OpenID Connect Core 1.0 §5.3) of whichever issuer a token names. */
export class UserInfo {
  readonly #env: Environment;
  readonly #known = new Map<string, Promise<Metadata>>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * The profile; with the token that `renew` gives where the first is refused.
   *
   * @throws {@link Unreachable}, {@link PorticoError} `access_denied`, `invalid_token` when both are refused.
   */
  read(token: string, renew: () => Promise<string>): Promise<Profile> {
    return this.#ask(token).catch(async (error: PorticoError) => {
      if (error.code !== "invalid_token") throw error;
      return this.#ask(await renew());
    });
  }

  async #ask(token: string): Promise<Profile> {
    const { userinfo_endpoint: url } = await this.#metadata(unverifiedClaims(token)["iss"] ?? "");
    const headers = { authorization: `Bearer ${token}` };
    const body = await jsonObject(await request(this.#env, url, { headers }, tokenRefusal));
    if (typeof body["sub"] !== "string")
      throw new PorticoError("invalid_response", "userinfo answered without sub");
    return body as Profile;
  }

  #metadata(issuer: string): Promise<Metadata> {
    const known =
      this.#known.get(issuer) ??
      discover(this.#env, issuer).catch((error: unknown) => {
        this.#known.delete(issuer);
        throw error;
      });
    this.#known.set(issuer, known);
    return known;
  }
}
