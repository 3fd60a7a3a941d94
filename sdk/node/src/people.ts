import { Connections, type Question } from "./ask.js";
import { InvalidToken, Unavailable } from "./back-end/failure.js";
import { createPortico, type Portico } from "./back-end/portico.js";
import type { App } from "./configuration/app.js";
import { Refused } from "./refused.js";
import type { Counterparts } from "./swap/decide.js";

/** What Portico says about a token that is good. */
export interface Token {
  /** The caller's OpenID at the app. */
  readonly sub: string;
  readonly scope: readonly string[];
}

/** What must be found out about the people in a message. */
export interface People {
  /** What the token says; undefined where it is not good, or not this app's. */
  introspect(app: App, token: string): Promise<Token | undefined>;
  /** What is known of these names of the app `from`, as `to` has them. `app` asks. */
  counterparts(app: App, from: string, to: string, names: Iterable<string>): Promise<Counterparts>;
  /** The caller's UnionID, by their token. */
  unionId(token: string): Promise<string | undefined>;
  /** Lets go of whatever is open. */
  close(): void;
}

/** The most OpenIDs of one question. */
const MOST = 1000;

/** How many questions of one message are under way at once. */
const AT_ONCE = 4;

interface Endpoints {
  readonly userinfo_endpoint: string;
}

/** How tokens are validated: by the feed, or by asking each time. */
export type Validation = "feed" | "introspection";

/**
 * Finds out from Portico itself. Tokens are validated as a back end validates them; what becomes of OpenIDs is asked
 * each time, and not kept.
 *
 * Connections are kept alive, in one pool.
 */
export class PorticoPeople implements People {
  readonly #issuer: string;
  readonly #timeout: number;
  readonly #validation: Validation;
  readonly #connections = new Connections();
  readonly #validators = new Map<string, Portico>();
  #endpoints: Promise<Endpoints> | undefined;

  /** `timeout` is how long one question may take, in milliseconds. */
  constructor(issuer: string, timeout: number, validation: Validation = "feed") {
    this.#issuer = issuer;
    this.#timeout = timeout;
    this.#validation = validation;
  }

  async introspect(app: App, token: string): Promise<Token | undefined> {
    try {
      const { userId, allowedScopes } = await this.#validator(app).validate(token);
      return { sub: userId, scope: allowedScopes };
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error instanceof Unavailable ? unavailable(error.message) : error;
    }
  }

  /** Lets go of the feeds and the connections. */
  close(): void {
    for (const validator of this.#validators.values()) validator.close();
    this.#connections.close();
  }

  /** Asks for a thousand at a time. */
  async counterparts(app: App, from: string, to: string, names: Iterable<string>): Promise<Counterparts> {
    const all = [...names];
    const questions: string[][] = [];
    for (let at = 0; at < all.length; at += MOST) questions.push(all.slice(at, at + MOST));
    const found = new Map<string, string | null>();
    const work = questions.values();
    const ask = async (): Promise<void> => {
      for (const openids of work) {
        const resolved = await this.#resolved(app, { from, to, openids });
        openids.forEach((openid, at) => found.set(openid, resolved[at] ?? null));
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, questions.length) }, ask));
    // Whether a text without a counterpart is an OpenID at all is not told here, so it is taken for one.
    const known = [...found].map(([name, openId]) => {
      const isFound = openId !== null;
      return [name, { openId: openId ?? undefined, isKnownHere: true, isKnownThere: !isFound }] as const;
    });
    return new Map(known);
  }

  /** OpenID Connect Core 1.0 §5.3. */
  async unionId(token: string): Promise<string | undefined> {
    const { userinfo_endpoint: endpoint } = await this.#discovered();
    const { unionid } = await this.#asked(endpoint, {
      method: "GET",
      headers: { authorization: `Bearer ${token}` },
    });
    return typeof unionid === "string" ? unionid : undefined;
  }

  async #resolved(app: App, question: { from: string; to: string; openids: string[] }): Promise<(string | null)[]> {
    const { results } = await this.#asked(`${this.#base}/v1/identities/resolve`, {
      method: "POST",
      headers: { authorization: basic(app), "content-type": "application/json" },
      body: JSON.stringify(question),
    });
    const rows = Array.isArray(results) ? (results as { openid?: unknown; resolved?: unknown }[]) : [];
    return question.openids.map((openid, at) => {
      const row = rows[at];
      if (row?.openid !== openid) throw unavailable("the answer about OpenIDs is not about those that were asked");
      return typeof row.resolved === "string" ? row.resolved : null;
    });
  }

  #validator({ id, secret = "" }: App): Portico {
    const known = this.#validators.get(id);
    if (known) return known;
    const validator = createPortico({
      issuer: this.#issuer, clientId: id, clientSecret: secret, timeout: this.#timeout, validate: this.#validation,
    });
    this.#validators.set(id, validator);
    return validator;
  }

  get #base(): string {
    return this.#issuer.replace(/\/$/, "");
  }

  /** What discovery announces (RFC 8414), read once. */
  #discovered(): Promise<Endpoints> {
    this.#endpoints ??= this.#discover().catch((error: unknown) => {
      this.#endpoints = undefined;
      throw error;
    });
    return this.#endpoints;
  }

  async #discover(): Promise<Endpoints> {
    const metadata = await this.#asked(`${this.#base}/.well-known/openid-configuration`, {
      method: "GET",
      headers: {},
    });
    if (metadata["issuer"] !== this.#issuer) throw unavailable(`discovery does not speak for ${this.#issuer}`);
    return metadata as unknown as Endpoints;
  }

  async #asked(url: string, question: Question): Promise<Record<string, unknown>> {
    const { status, body } = await this.#connections.ask(url, question, this.#timeout).catch(() => {
      throw unavailable(`no answer from ${new URL(url).origin}`);
    });
    const path = new URL(url).pathname;
    if (status !== 200) throw unavailable(`${status} from ${path}${hint(status)}`);
    const answer = parsed(body);
    if (!answer) throw unavailable(`no JSON from ${path}`);
    return answer;
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function hint(status: number): string {
  if (status === 401) return ": the app's credentials are wrong";
  return status === 403 ? ": is an agreement registered, this way round?" : "";
}

/** Portico cannot be asked, so nobody can be let in. */
function unavailable(because: string): Refused {
  return new Refused("temporarily_unavailable", "Try again in a moment.", { because });
}

/** The app's credentials (RFC 6749 §2.3.1). */
function basic({ id, secret = "" }: App): string {
  const form = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${form(id)}:${form(secret)}`).toString("base64")}`;
}
