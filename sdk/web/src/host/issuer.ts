import type { Environment } from "../shared/environment.js";
import { discover, jsonObject, refusal, request, type Metadata } from "../shared/request.js";

/** Portico, as one host sees it. */
export class Issuer {
  readonly url: string;
  readonly clientId: string;
  readonly #env: Environment;
  #metadata: Promise<Metadata> | null = null;

  constructor(env: Environment, url: string, clientId: string) {
    this.#env = env;
    this.url = url;
    this.clientId = clientId;
  }

  /** The discovery document, read once; a failure is not remembered. */
  metadata(): Promise<Metadata> {
    this.#metadata ??= discover(this.#env, this.url).catch((error: unknown) => {
      this.#metadata = null;
      throw error;
    });
    return this.#metadata;
  }

  /** The address of one of Portico's own paths, such as `/v1/events`. */
  at(path: string): string {
    return this.url.replace(/\/$/, "") + path;
  }

  /**
   * Posts a form as this client.
   *
   * @throws what `refuse` makes of an answer that is not 2xx; a {@link PorticoError} with its OAuth error code.
   */
  async post(
    endpoint: "token_endpoint" | "revocation_endpoint",
    fields: Readonly<Record<string, string | undefined>>,
    refuse: typeof refusal = refusal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const body = new URLSearchParams({ client_id: this.clientId });
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) body.set(name, value);
    const response = await request(this.#env, (await this.metadata())[endpoint], { method: "POST", body });
    const answer = await jsonObject(response);
    if (response.ok) return answer;
    throw refuse(response, answer);
  }
}
