import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import { request } from "../shared/request.js";
import type { Issuer } from "./issuer.js";
import type { Tokens } from "./tokens.js";

class Refused extends PorticoError {}

/** Requests to Portico's own paths, with the person's token. */
export class Authorized {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #tokens: Tokens;

  constructor(env: Environment, issuer: Issuer, tokens: Tokens) {
    this.#env = env;
    this.#issuer = issuer;
    this.#tokens = tokens;
  }

  /**
   * @throws {@link SessionExpired} on 401, once a renewed token is refused too; {@link NotSignedIn},
   * {@link Unreachable}.
   */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.#tokens.using(
      async (token) => {
        const headers = new Headers(init.headers);
        headers.set("authorization", `Bearer ${token}`);
        const response = await request(this.#env, this.#issuer.at(path), { ...init, headers });
        if (response.status === 401) throw new Refused("invalid_token");
        return response;
      },
      (error) => (error instanceof Refused ? "over" : null),
    );
  }
}
