import { SignInFailed } from "../errors";
import type { Environment } from "../net/environment";
import { query, withQuery } from "../net/form";
import type { Issuer } from "../net/issuer";
import { textClaim, unverifiedClaims } from "../net/jwt";
import { textField, type Body } from "../net/request";
import type { SignInOptions } from "./options";
import { Slot, type SecretStore } from "./secrets";

/** What must be remembered while the person is at the sign-in page, where the app may be killed meanwhile. */
interface Flow {
  readonly state: string;
  readonly verifier: string;
  readonly nonce: string;
}

/** Signing in by authorization code with PKCE, `state`, `nonce` and `iss` (RFC 8252, RFC 9700 §2.1, RFC 9207). */
export class SignIn {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #flow: Slot<Flow>;
  readonly #redirectUri: string;
  readonly #scope: string;

  constructor(env: Environment, issuer: Issuer, secrets: SecretStore, redirectUri: string, scope: string) {
    this.#env = env;
    this.#issuer = issuer;
    this.#flow = new Slot(secrets, `portico.${issuer.clientId}.flow`);
    this.#redirectUri = redirectUri;
    this.#scope = scope;
  }

  /** The address of the sign-in page. A sign-in begun before cannot be finished any more. */
  async begin(options: SignInOptions, locale: string): Promise<string> {
    const flow: Flow = {
      state: this.#env.random(32),
      verifier: this.#env.random(32),
      nonce: this.#env.random(32),
    };
    await this.#flow.write(flow);
    return withQuery(await this.#issuer.endpoint("authorization_endpoint"), {
      response_type: "code",
      client_id: this.#issuer.clientId,
      redirect_uri: this.#redirectUri,
      scope: this.#scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: this.#env.sha256(flow.verifier),
      code_challenge_method: "S256",
      ui_locales: locale,
      prompt: options.prompt,
      max_age: options.maxAge?.toString(),
      login_hint: options.loginHint,
      acr_values: options.acrValues,
    });
  }

  /** Whether `url` is the answer to the sign-in that is under way. */
  async isAwaiting(url: string): Promise<boolean> {
    const flow = await this.#flow.read();
    return flow !== null && query(url).get("state") === flow.state;
  }

  /**
   * Redeems the address that the sign-in page came back to.
   *
   * @returns the token endpoint's answer, whose ID token belongs to this sign-in.
   * @throws {@link SignInFailed} when the answer is an error, or not an answer to the latest question of ours.
   */
  async finish(url: string): Promise<Body> {
    const answer = query(url);
    const flow = await this.#flow.read();
    if (flow === null || answer.get("state") !== flow.state)
      throw new SignInFailed("state_mismatch", "this sign-in was not begun here");
    await this.#flow.write(null);
    if (answer.get("iss") !== this.#issuer.url) throw new SignInFailed("issuer_mismatch", "another issuer answered");
    const error = answer.get("error");
    if (error !== undefined) throw new SignInFailed(error, answer.get("error_description") ?? error);
    const tokens = await this.#issuer.post("token_endpoint", {
      grant_type: "authorization_code",
      code: answer.get("code") ?? "",
      redirect_uri: this.#redirectUri,
      code_verifier: flow.verifier,
    });
    this.#checkIdToken(textField(tokens, "id_token"), flow.nonce);
    return tokens;
  }

  /** OpenID Connect Core 1.0 §3.1.3.7; the signature may be left out, for the token came from the endpoint itself. */
  #checkIdToken(idToken: string, nonce: string): void {
    const claims = unverifiedClaims(idToken);
    const audience = claims?.["aud"];
    const exp = claims?.["exp"];
    const isGood =
      textClaim(claims, "iss") === this.#issuer.url &&
      (Array.isArray(audience) ? audience : [audience]).includes(this.#issuer.clientId) &&
      (claims?.["azp"] === undefined || claims["azp"] === this.#issuer.clientId) &&
      typeof exp === "number" &&
      (exp + 60) * 1000 > this.#env.now() &&
      textClaim(claims, "nonce") === nonce;
    if (!isGood) throw new SignInFailed("invalid_id_token", "the ID token is not for this sign-in");
  }
}
