import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { discover, jsonObject, refusal, request, type Metadata } from "../shared/request.js";
import type { Profile } from "./options.js";

/** The profile endpoint (OpenID Connect Core 1.0 §5.3) of whichever issuer a token names. */
export class UserInfo {
  readonly #env: Environment;
  readonly #known = new Map<string, Promise<Metadata>>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * @returns the profile, or `null` when the token is refused.
   * @throws {@link Unreachable}, {@link PorticoError} `access_denied`, {@link PorticoError}.
   */
  async read(token: string): Promise<Profile | null> {
    const { userinfo_endpoint: url } = await this.#metadata(unverifiedClaims(token)["iss"] ?? "");
    const response = await request(this.#env, url, { headers: { authorization: `Bearer ${token}` } });
    if (response.status === 401) return null;
    const body = await jsonObject(response);
    if (!response.ok) throw refusal(response, body);
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
