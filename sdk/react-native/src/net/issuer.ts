import { PorticoError } from "../errors";
import type { Environment } from "./environment";
import { form } from "./form";
import { exactOrigin, originOf } from "./origin";
import { isOk, jsonObject, refusal, request, textField, type Body } from "./request";

/** What discovery announces (OpenID Connect Discovery 1.0 §3), as far as this package uses it. */
export type Endpoint = "authorization_endpoint" | "token_endpoint" | "revocation_endpoint";

/** Portico, as one host sees it. */
export class Issuer {
  readonly url: string;
  readonly clientId: string;
  readonly #env: Environment;
  readonly #origin: string;
  #metadata: Promise<Body> | null = null;

  /** @throws {@link PorticoError} `invalid_origin` unless `url` is https or loopback. */
  constructor(env: Environment, url: string, clientId: string) {
    this.#origin = exactOrigin(url);
    this.#env = env;
    this.url = url;
    this.clientId = clientId;
  }

  /** The address of one of Portico's own paths, such as `/v1/events`: whatever `path` is, the address is the issuer's. */
  at(path: string): string {
    return `${this.url.replace(/\/$/, "")}/${path.replace(/^\//, "")}`;
  }

  /** Whether `url` is one of the issuer's own pages. */
  owns(url: string): boolean {
    return originOf(url) === this.#origin;
  }

  /** The address of an endpoint; discovery is read once, and a failure is not remembered. */
  async endpoint(name: Endpoint): Promise<string> {
    this.#metadata ??= this.#discover().catch((error: unknown) => {
      this.#metadata = null;
      throw error;
    });
    return textField(await this.#metadata, name);
  }

  /**
   * Posts a form as this client.
   *
   * @throws what `refuse` makes of an answer that is not 2xx; a {@link PorticoError} with its OAuth error code.
   */
  async post(
    name: "token_endpoint" | "revocation_endpoint",
    fields: Readonly<Record<string, string | undefined>>,
    refuse: typeof refusal = refusal,
  ): Promise<Body> {
    const answer = await request(this.#env, {
      method: "POST",
      url: await this.endpoint(name),
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: form({ client_id: this.clientId, ...fields }),
    });
    const body = jsonObject(answer.body);
    if (isOk(answer)) return body;
    throw refuse(answer.status, body);
  }

  async #discover(): Promise<Body> {
    const url = this.at("/.well-known/openid-configuration");
    const answer = await request(this.#env, { method: "GET", url, headers: { accept: "application/json" } });
    const body = jsonObject(answer.body);
    const endpoints: readonly Endpoint[] = ["authorization_endpoint", "token_endpoint", "revocation_endpoint"];
    const speaks =
      isOk(answer) &&
      textField(body, "issuer") === this.url &&
      endpoints.every((name) => originOf(textField(body, name)) !== null);
    if (!speaks) throw new PorticoError("invalid_issuer", `discovery does not speak for ${this.url}`);
    return body;
  }
}
