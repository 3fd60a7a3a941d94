import { decodeJwt, type JWTPayload } from "jose";

import { hasTokenForm, isText } from "./claims.js";
import type { Clock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { Unavailable } from "./failure.js";
import type { Issuer, Json } from "./issuer.js";
import { actorOf, scopesOf } from "./launch-token.js";
import { Validated } from "./validated.js";

/** About how many tokens that nobody here could verify Portico is asked at once: anybody can invent them. */
const MOST_UNVERIFIED = 20;

/** What is used of an issuer. */
type Asking = Pick<Issuer, "url" | "metadata" | "ask">;

/** What is asked about one token. */
interface Asked {
  readonly since: number;
  readonly answer: Promise<Validated | undefined>;
}

/** Asks Portico about tokens (RFC 7662). An answer is for those who asked, and is not kept. */
export class Introspection {
  readonly #issuer: Asking;
  readonly #clientId: string;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #joined: number;
  #unverified = 0;
  readonly #asked = new Map<string, Asked>();

  /**
   * `joined` is for how long a question that is under way is joined, in milliseconds: what it finds was so at most so long
   * ago. Where it is 0, everybody's own question begins after they asked.
   */
  constructor(issuer: Asking, clientId: string, credentials: Credentials, clock: Clock, joined: number) {
    this.#issuer = issuer;
    this.#clientId = clientId;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#joined = joined;
  }

  /**
   * What the token is good for now; undefined where it is not good. Those who ask about one token at once share a
   * question, if any is joined. `isVerified` is whether its signature was checked.
   *
   * @throws {@link Unavailable}
   */
  validate(token: string, isVerified: boolean): Promise<Validated | undefined> {
    const now = this.#clock.steady();
    const asked = this.#asked.get(token);
    if (asked && now - asked.since < this.#joined) return asked.answer;
    if (!isVerified && this.#unverified >= MOST_UNVERIFIED) {
      return Promise.reject(new Unavailable("too many tokens that cannot be verified are asked about"));
    }
    if (!isVerified) this.#unverified++;
    const answer = this.#ask(token).finally(() => {
      if (!isVerified) this.#unverified--;
      if (this.#asked.get(token)?.answer === answer) this.#asked.delete(token);
    });
    this.#asked.set(token, { since: now, answer });
    return answer;
  }

  async #ask(token: string): Promise<Validated | undefined> {
    const claims = hasTokenForm(token) ? readUnverified(token) : undefined;
    if (!claims) return undefined;
    const { introspection_endpoint: endpoint } = await this.#issuer.metadata();
    const { headers, fields } = await this.#credentials.of(this.#issuer.url);
    const answer = await this.#issuer.ask(endpoint, {
      method: "POST",
      headers: { ...headers, accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...fields, token }).toString(),
    });
    return this.#read(answer, claims);
  }

  /** `claims` are the token's own, which the answer vouches for. */
  #read(answer: Json, claims: JWTPayload): Validated | undefined {
    const { active, iss, aud, client_id, sub, sid, jti, iat, exp, scope = "", token_type: type } = answer;
    const isOwn = iss === this.#issuer.url && aud === this.#clientId && client_id === this.#clientId;
    if (active !== true || !isOwn) return undefined;
    // A token that is bound to a key is worth nothing without the proof, which nobody looks at here.
    if (typeof type !== "string" || type.toLowerCase() !== "bearer" || claims["cnf"] !== undefined) return undefined;
    if (!isText(sub)) return undefined;
    const isWhole = isText(sid) && isText(jti) && typeof iat === "number" && typeof exp === "number" && typeof scope === "string";
    if (!isWhole) throw new Unavailable("what introspection answers lacks members");
    const given = typeof claims["scope"] === "string" ? scopesOf(claims["scope"]) : [];
    const facts = {
      userId: sub, sessionId: sid, appId: this.#clientId, tokenId: jti, actor: actorOf(claims["act"]),
      issuedAt: iat, expiresAt: exp, given,
    };
    return new Validated(facts, scopesOf(scope));
  }
}

function readUnverified(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
