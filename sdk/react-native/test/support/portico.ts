// Just enough of Portico to test the host against: a request goes in, an answer comes out.

import { createHash } from "node:crypto";

import type { HttpAnswer, HttpRequest, StreamListener } from "../../src";
import { query } from "../../src/net/form";

export const ISSUER = "https://id.example";

type Form = Readonly<Record<string, string>>;
interface App {
  readonly manifest: readonly string[];
  readonly granted: Set<string>;
  readonly decided: Set<string>;
}

export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ typ: "at+jwt" })}.${part(claims)}.c2ln`;
}

const json = (body: object, status = 200): HttpAnswer => ({ status, header: () => null, body: JSON.stringify(body) });
const refuse = (error: string, more: object = {}) => json({ error, error_description: error, ...more }, 400);

export class FakePortico {
  readonly requests: { readonly path: string; readonly form: Form; readonly request: HttpRequest }[] = [];
  readonly streams = new Set<StreamListener>();
  session: { sid: string; refresh: string; readonly access: Set<string> } | null = null;
  person = "alice";
  /** Answers instead, where it does not return `undefined`; may throw, as a network does. */
  instead: (path: string, form: Form) => HttpAnswer | Promise<HttpAnswer> | undefined = () => undefined;
  readonly #apps = new Map<string, App>();
  readonly #questions = new Map<string, { app: App; scopes: readonly string[] }>();
  readonly #flows = new Map<string, ReadonlyMap<string, string>>();
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  app(id: string, manifest: string, granted = manifest): void {
    const scopes = granted.split(" ").filter(Boolean);
    this.#apps.set(id, { manifest: manifest.split(" "), granted: new Set(scopes), decided: new Set(scopes) });
  }

  count(path: string, fields: Form = {}): number {
    return this.requests.filter(
      (r) => r.path === path && Object.entries(fields).every(([name, value]) => r.form[name] === value),
    ).length;
  }

  send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const path = request.url.slice(ISSUER.length).split("?")[0] ?? "";
    const form = Object.fromEntries(query(`?${request.body ?? ""}`));
    this.requests.push({ path, form, request });
    const instead = await this.instead(path, form);
    if (instead !== undefined) return instead;
    switch (path) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: ISSUER,
          authorization_endpoint: `${ISSUER}/oauth/authorize`,
          token_endpoint: `${ISSUER}/oauth/token`,
          revocation_endpoint: `${ISSUER}/oauth/revoke`,
        });
      case "/oauth/token":
        return this.#token(form);
      case "/oauth/revoke":
        if (form["token"] === this.session?.refresh) this.end("signed_out");
        return json({});
      default:
        return this.#isLive(request) ? json({ path }) : json({ error: "invalid_token" }, 401);
    }
  };

  stream = (request: HttpRequest, listener: StreamListener): (() => void) => {
    this.requests.push({ path: "/v1/events", form: {}, request });
    const isLive = this.#isLive(request);
    if (isLive) this.streams.add(listener);
    setImmediate(() => listener.opened(isLive ? 200 : 401));
    return () => void this.streams.delete(listener);
  };

  push(type: string, data: object): void {
    this.#count += 1;
    for (const stream of this.streams)
      stream.heard(`id: ${this.#count}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  breakStreams(): void {
    const broken = [...this.streams];
    this.streams.clear();
    for (const stream of broken) stream.ended();
  }

  end(reason: string): void {
    const sid = this.session?.sid;
    this.session = null;
    this.push("session_expired", { sid, reason, at: "2026-01-01T00:00:00Z" });
    this.breakStreams();
  }

  /** What a person does at the sign-in page: the address that it comes back to. */
  visit(url: string): string {
    const asked = query(url);
    const code = `code-${(this.#count += 1)}`;
    this.#flows.set(code, asked);
    const iss = encodeURIComponent(ISSUER);
    return `${asked.get("redirect_uri")}?code=${code}&state=${asked.get("state")}&iss=${iss}`;
  }

  /** What a person does at the consent page. */
  decide(request: string, isGranted: boolean): void {
    const question = this.#questions.get(request);
    for (const scope of question?.scopes ?? []) {
      question?.app.decided.add(scope);
      if (isGranted) question?.app.granted.add(scope);
      else question?.app.granted.delete(scope);
    }
  }

  /** Opens a session; the answer is the token endpoint's. */
  signIn(nonce?: string): Record<string, unknown> {
    this.session = { sid: `s${(this.#count += 1)}`, refresh: "", access: new Set() };
    const { sid } = this.session;
    const exp = this.#now() / 1000 + 600;
    const id_token = jwt({ iss: ISSUER, aud: "super-app", sub: `host-${this.person}`, sid, nonce, exp });
    return { ...this.#hostTokens(), id_token };
  }

  #token(form: Form): HttpAnswer {
    switch (form["grant_type"]) {
      case "authorization_code": {
        const flow = this.#flows.get(form["code"] ?? "");
        const challenge = createHash("sha256")
          .update(form["code_verifier"] ?? "")
          .digest("base64url");
        const isGood = flow?.get("code_challenge") === challenge && flow.get("redirect_uri") === form["redirect_uri"];
        return isGood && flow ? json(this.signIn(flow.get("nonce"))) : refuse("invalid_grant");
      }
      case "refresh_token":
        if (this.session === null || form["refresh_token"] !== this.session.refresh) return refuse("invalid_grant");
        return json(this.#hostTokens());
      default:
        return this.#exchange(form);
    }
  }

  #hostTokens(): object {
    if (this.session === null) throw new Error("nobody is signed in");
    const access_token = `access-${(this.#count += 1)}`;
    this.session.access.add(access_token);
    this.session.refresh = `refresh-${(this.#count += 1)}`;
    return { access_token, refresh_token: this.session.refresh, token_type: "Bearer", expires_in: 600 };
  }

  #exchange(form: Form): HttpAnswer {
    const app = this.#apps.get(form["audience"] ?? "");
    if (!this.session?.access.has(form["subject_token"] ?? "")) return refuse("invalid_grant");
    if (app === undefined) return refuse("invalid_target");
    const asked = (form["scope"] ?? app.manifest.join(" ")).split(" ");
    const open = asked.filter((s) => s !== "openid" && (form["prompt"] === "consent" || !app.decided.has(s)));
    if (open.length > 0 && form["prompt"] !== "none") {
      const request = `r${(this.#count += 1)}`;
      this.#questions.set(request, { app, scopes: open });
      const consent_uri = `${ISSUER}/consent/${request}`;
      return refuse("consent_required", { scope: open.join(" "), consent_uri, consent_request: request });
    }
    if (form["requested_token_type"] !== undefined) {
      const [kind] = /(login|phone)-code$/.exec(form["requested_token_type"]) ?? [""];
      return json({ access_token: `${kind}-${(this.#count += 1)}`, token_type: "N_A", expires_in: 300 });
    }
    const scope = asked.filter((s) => s === "openid" || app.granted.has(s)).join(" ");
    const jti = String((this.#count += 1));
    const access_token = jwt({ aud: form["audience"], sub: `${form["audience"]}-${this.person}`, scope, jti });
    return json({ access_token, token_type: "Bearer", expires_in: 1800, scope });
  }

  #isLive(request: HttpRequest): boolean {
    const token = request.headers["authorization"]?.replace("Bearer ", "") ?? "";
    return this.session?.access.has(token) ?? false;
  }
}
