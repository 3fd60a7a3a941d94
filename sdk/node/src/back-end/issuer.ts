import { Connections, type Question } from "../ask.js";
import { Unavailable } from "./failure.js";

/** What an issuer announces (RFC 8414 §2), as far as it is used here. */
export interface Metadata {
  readonly jwks_uri: string;
  readonly introspection_endpoint: string;
}

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Portico, asked over HTTP. */
export class Issuer {
  readonly #connections = new Connections();
  #metadata: Promise<Metadata> | undefined;

  /** `timeout` is how long one question may take, in milliseconds. */
  constructor(readonly url: string, readonly timeout: number) {}

  /** What the issuer announces, read once. @throws {@link Unavailable} */
  metadata(): Promise<Metadata> {
    this.#metadata ??= this.#discover().catch((error: unknown) => {
      this.#metadata = undefined;
      throw error;
    });
    return this.#metadata;
  }

  /** The JSON of an answer of 200. @throws {@link Unavailable} where there is none. */
  async ask(url: string, question: Question): Promise<Json> {
    const { origin, pathname } = new URL(url);
    const { status, body } = await this.#connections.ask(url, question, this.timeout).catch(() => {
      throw new Unavailable(`no answer from ${origin}`);
    });
    if (status === 401) throw new Unavailable(`401 from ${pathname}: the app's credentials are wrong`);
    if (status !== 200) throw new Unavailable(`${status} from ${pathname}`);
    const answer = parsed(body);
    if (!answer) throw new Unavailable(`no JSON object from ${pathname}`);
    return answer;
  }

  /** Lets go of the connections that are kept alive. */
  close(): void {
    this.#connections.close();
  }

  async #discover(): Promise<Metadata> {
    const base = this.url.replace(/\/$/, "");
    const metadata = await this.ask(`${base}/.well-known/oauth-authorization-server`, { method: "GET", headers: {} });
    return readMetadata(this.url, metadata);
  }
}

/** What an issuer announces, if it may be relied on. @throws {@link Unavailable} */
export function readMetadata(issuer: string, metadata: Json): Metadata {
  if (metadata["issuer"] !== issuer) throw new Unavailable(`the metadata does not speak for ${issuer}`);
  for (const name of ["jwks_uri", "introspection_endpoint"]) {
    const value = metadata[name];
    if (typeof value !== "string" || !URL.canParse(value)) throw new Unavailable(`the metadata has no ${name}`);
    // The app's secret goes to one of them, and the keys are believed because of the other.
    const isOpen = new URL(issuer).protocol === "https:" && new URL(value).protocol !== "https:";
    if (isOpen) throw new Unavailable(`the metadata has a ${name} that is not https`);
  }
  return metadata as unknown as Metadata;
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
