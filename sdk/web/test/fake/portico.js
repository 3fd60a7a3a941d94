import { createHash } from "node:crypto";

const b64 = (value) => Buffer.from(value).toString("base64url");

export const jwt = (claims) => `${b64('{"typ":"at+jwt"}')}.${b64(JSON.stringify(claims))}.c2ln`;

const json = (body, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const refuse = (error, more = {}) => json({ error, error_description: error, ...more }, 400);

/** Just enough of Portico to test a bridge against; a request goes in, a response comes out. */
export class FakePortico {
  issuer;
  now;
  requests = [];
  /** Apps by id: `{ manifest: scope, granted: Set, decided: Set, required: Set }`. */
  apps = new Map();
  person = "alice";
  session = null;
  /** Set to a function of (request, form, signal) that answers instead, or returns undefined. */
  instead = () => undefined;
  #flows = new Map();
  #consents = new Map();
  #streams = new Set();
  #count = 0;

  constructor(issuer, now = Date.now) {
    this.issuer = issuer;
    this.now = now;
  }

  app(id, manifest, granted = manifest) {
    this.apps.set(id, {
      manifest: manifest.split(" "),
      granted: new Set(granted.split(" ")),
      decided: new Set(granted.split(" ")),
    });
  }

  fetch = (url, init) => {
    const signal = init?.signal;
    const answer = this.handle(new Request(url, { ...init, signal: undefined }), signal);
    if (!signal) return answer;
    const aborted = new Promise((_, reject) => {
      const abort = () => reject(new DOMException("aborted", "AbortError"));
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
    });
    return Promise.race([answer, aborted]);
  };

  async handle(request, signal) {
    const url = new URL(request.url);
    const form =
      request.method === "POST" &&
      (request.headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded")
        ? Object.fromEntries(new URLSearchParams(await request.text()))
        : {};
    this.requests.push({ method: request.method, path: url.pathname, form, headers: request.headers, url });
    const instead = await this.instead(request, form, signal);
    if (instead !== undefined) return instead;
    if (url.pathname === "/.well-known/openid-configuration") return json(this.#discovery());
    if (url.pathname === "/oauth/authorize") return this.#authorize(url);
    if (url.pathname === "/oauth/token") return this.#token(form);
    if (url.pathname === "/oauth/revoke") return this.#revoke(form);
    if (url.pathname === "/oauth/userinfo") return this.#userinfo(request);
    if (url.pathname === "/v1/events") return this.#events(request, signal);
    if (url.pathname.startsWith("/consent/")) return this.#consent(url);
    return json({ error: "not_found" }, 404);
  }

  /** How often `path` was asked for, with these form fields. */
  count(path, fields = {}) {
    return this.requests.filter(
      (r) => r.path === path && Object.entries(fields).every(([k, v]) => r.form[k] === v),
    ).length;
  }

  end(reason = "signed_out") {
    if (this.session === null) return;
    const { sid } = this.session;
    this.session = null;
    this.push("session_expired", { sid, reason, at: "2026-01-01T00:00:00Z" });
    this.closeStreams();
  }

  push(type, data) {
    this.#count += 1;
    for (const stream of this.#streams)
      stream.enqueue(
        new TextEncoder().encode(`id: ${this.#count}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
      );
  }

  get streams() {
    return this.#streams.size;
  }

  closeStreams() {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  withdraw(appId, scope) {
    const app = this.apps.get(appId);
    app.granted.delete(scope);
    this.push("consent_changed", { app_id: appId, scope: [...app.granted].join(" "), removed: scope });
  }

  #discovery() {
    const at = (path) => this.issuer + path;
    return {
      issuer: this.issuer,
      authorization_endpoint: at("/oauth/authorize"),
      token_endpoint: at("/oauth/token"),
      revocation_endpoint: at("/oauth/revoke"),
      userinfo_endpoint: at("/oauth/userinfo"),
    };
  }

  #authorize(url) {
    const code = `code-${(this.#count += 1)}`;
    this.#flows.set(code, Object.fromEntries(url.searchParams));
    const back = new URL(url.searchParams.get("redirect_uri"));
    back.search = new URLSearchParams({ code, state: url.searchParams.get("state"), iss: this.issuer });
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  #token(form) {
    switch (form.grant_type) {
      case "authorization_code": {
        const flow = this.#flows.get(form.code);
        this.#flows.delete(form.code);
        if (flow === undefined || flow.redirect_uri !== form.redirect_uri) return refuse("invalid_grant");
        if (flow.code_challenge !== createHash("sha256").update(form.code_verifier).digest("base64url"))
          return refuse("invalid_grant");
        return json(this.signIn(flow.client_id, flow.nonce));
      }
      case "refresh_token": {
        const { session } = this;
        const rotated = session?.rotated;
        if (form.refresh_token === session?.refresh) {
          session.rotated = { from: session.refresh, at: this.now() };
          return json(this.#hostTokens());
        }
        // A repeat inside 60 s gets the same successor; later, it is theft.
        if (form.refresh_token !== rotated?.from) return refuse("invalid_grant");
        if (this.now() - rotated.at <= 60_000) return json(this.#hostTokens(session.refresh));
        this.end("refresh_reused");
        return refuse("invalid_grant");
      }
      case "urn:ietf:params:oauth:grant-type:token-exchange":
        return this.#exchange(form);
      default:
        return refuse("unsupported_grant_type");
    }
  }

  /** Opens a session; the answer is the token endpoint's. */
  signIn(clientId, nonce) {
    this.session = { sid: `s${(this.#count += 1)}`, access: new Set() };
    const idToken = jwt({
      iss: this.issuer,
      aud: clientId,
      sub: `host-${this.person}`,
      sid: this.session.sid,
      nonce,
      exp: this.now() / 1000 + 600,
    });
    return { ...this.#hostTokens(), id_token: idToken };
  }

  #hostTokens(refresh = `refresh-${(this.#count += 1)}`) {
    const access = `access-${(this.#count += 1)}`;
    this.session.access.add(access);
    this.session.refresh = refresh;
    return {
      access_token: access,
      refresh_token: this.session.refresh,
      token_type: "Bearer",
      expires_in: 600,
      scope: "openid host",
    };
  }

  #exchange(form) {
    const app = this.apps.get(form.audience);
    if (this.session === null || !this.session.access.has(form.subject_token)) return refuse("invalid_grant");
    if (app === undefined) return refuse("invalid_target");
    const asked = (form.scope ?? app.manifest.join(" ")).split(" ");
    if (asked.some((s) => s !== "openid" && !app.manifest.includes(s))) return refuse("invalid_scope");
    if (app.blocked) return refuse("access_denied");
    const open = asked.filter((s) => s !== "openid" && (form.prompt === "consent" || !app.decided.has(s)));
    if (open.length > 0 && form.prompt !== "none") {
      const request = `r${(this.#count += 1)}`;
      this.#consents.set(request, { app, scopes: open });
      return refuse("consent_required", {
        scope: open.join(" "),
        consent_uri: `${this.issuer}/consent/${request}`,
        consent_request: request,
      });
    }
    if (form.requested_token_type === "urn:portico:token-type:login-code") {
      return json({
        access_token: `login-code-${(this.#count += 1)}`,
        issued_token_type: form.requested_token_type,
        token_type: "N_A",
        expires_in: 300,
      });
    }
    const scope = asked.filter((s) => s === "openid" || app.granted.has(s)).join(" ");
    const token = jwt({
      iss: this.issuer,
      aud: form.audience,
      sub: `${form.audience}-${this.person}`,
      sid: this.session.sid,
      scope,
      jti: String((this.#count += 1)),
    });
    return json({
      access_token: token,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      expires_in: 1800,
      scope,
    });
  }

  /** What a person would do at the consent page. */
  decide(request, granted) {
    const { app, scopes } = this.#consents.get(request);
    for (const scope of scopes) {
      app.decided.add(scope);
      if (granted) app.granted.add(scope);
      else app.granted.delete(scope);
    }
  }

  #consent(url) {
    const request = url.pathname.split("/").at(-1);
    this.decide(request, true);
    const back = new URL(url.searchParams.get("return_to"));
    back.searchParams.set("consent", "done");
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  #revoke(form) {
    if (form.token === this.session?.refresh) this.end("signed_out");
    return new Response(null, { status: 200 });
  }

  #userinfo(request) {
    const token = (request.headers.get("authorization") ?? "").replace("Bearer ", "");
    if (this.session === null || !token.includes(".")) return json({ error: "invalid_token" }, 401);
    const { sub, scope } = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
    return json({ sub, ...(scope.includes("profile.basic") && { name: this.person }) });
  }

  #events(request, signal) {
    const token = (request.headers.get("authorization") ?? "").replace("Bearer ", "");
    if (this.session === null || !this.session.access.has(token))
      return json({ error: "invalid_token" }, 401);
    let mine;
    const body = new ReadableStream({
      start: (controller) => {
        mine = controller;
        this.#streams.add(controller);
        controller.enqueue(new TextEncoder().encode(": hello\n\n"));
        signal?.addEventListener("abort", () => {
          if (this.#streams.delete(controller)) controller.error(new DOMException("aborted", "AbortError"));
        });
      },
      cancel: () => void this.#streams.delete(mine),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}
