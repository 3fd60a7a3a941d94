import { encode } from "../shared/base64url.js";
import type { Environment } from "../shared/environment.js";
import { textClaim, unverifiedClaims } from "../shared/jwt.js";
import { textField } from "../shared/request.js";
import { SignInFailed } from "./errors.js";
import type { Issuer } from "./issuer.js";
import type { SignInOptions } from "./options.js";
import { challenge } from "./pkce.js";
import { Slot, type TokenStorage } from "./storage.js";

/** What must be remembered while the person is at the sign-in page. */
interface Flow {
  readonly verifier: string;
  readonly nonce: string;
  readonly returnState?: string;
}

/** What the authorization endpoint may put into the address. */
export const ANSWER = [
  "code",
  "state",
  "iss",
  "session_state",
  "error",
  "error_description",
  "error_uri",
] as const;

/** What the token endpoint answered, and what was handed to {@link SignIn.begin}. */
export interface SignedIn {
  readonly tokens: Readonly<Record<string, unknown>>;
  readonly returnState: string | undefined;
}

/** Signing in by authorization code with PKCE, `state`, `nonce` and `iss` (RFC 9700 §2.1, RFC 9207). */
export class SignIn {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #storage: TokenStorage;
  readonly #redirectUri: string;
  readonly #scope: string;

  constructor(env: Environment, issuer: Issuer, storage: TokenStorage, redirectUri: string, scope: string) {
    this.#env = env;
    this.#issuer = issuer;
    this.#storage = storage;
    this.#redirectUri = redirectUri;
    this.#scope = scope;
  }

  /** The address of the sign-in page; what is needed on the way back is kept in the storage. */
  async begin(options: SignInOptions, locale: string): Promise<string> {
    const secret = () => encode(this.#env.random(32));
    const [state, verifier, nonce] = [secret(), secret(), secret()];
    const flow: Flow = {
      verifier,
      nonce,
      ...(options.returnState !== undefined && { returnState: options.returnState }),
    };
    await this.#flow(state).write(flow);
    const url = new URL((await this.#issuer.metadata()).authorization_endpoint);
    const fields: Record<string, string | undefined> = {
      response_type: "code",
      client_id: this.#issuer.clientId,
      redirect_uri: this.#redirectUri,
      scope: this.#scope,
      state,
      nonce,
      code_challenge: await challenge(verifier),
      code_challenge_method: "S256",
      ui_locales: locale,
      prompt: options.prompt,
      max_age: options.maxAge?.toString(),
      login_hint: options.loginHint,
      acr_values: options.acrValues,
    };
    for (const [name, value] of Object.entries(fields))
      if (value !== undefined) url.searchParams.set(name, value);
    return url.href;
  }

  /**
   * Redeems the answer that the sign-in page put into the address.
   *
   * @returns the token endpoint's answer, whose ID token belongs to this sign-in.
   * @throws {@link SignInFailed} when the answer is an error, or not an answer to a question of ours.
   */
  async finish(answer: URLSearchParams): Promise<SignedIn> {
    const flow = await this.#flow(answer.get("state") ?? "").take();
    if (flow === null) throw new SignInFailed("state_mismatch", "this sign-in was not begun here");
    if (answer.get("iss") !== this.#issuer.url)
      throw new SignInFailed("issuer_mismatch", "another issuer answered");
    const error = answer.get("error");
    if (error !== null) throw new SignInFailed(error, answer.get("error_description") ?? error);
    const tokens = await this.#issuer.post("token_endpoint", {
      grant_type: "authorization_code",
      code: answer.get("code") ?? "",
      redirect_uri: this.#redirectUri,
      code_verifier: flow.verifier,
    });
    this.#checkIdToken(textField(tokens, "id_token"), flow.nonce);
    return { tokens, returnState: flow.returnState };
  }

  /** OpenID Connect Core 1.0 §3.1.3.7; the signature may be left out, for the token came from the endpoint itself. */
  #checkIdToken(idToken: string, nonce: string): void {
    const claims = unverifiedClaims(idToken);
    const audience = claims?.["aud"];
    const exp = claims?.["exp"];
    const good =
      textClaim(claims, "iss") === this.#issuer.url &&
      (Array.isArray(audience) ? audience : [audience]).includes(this.#issuer.clientId) &&
      (claims?.["azp"] === undefined || claims["azp"] === this.#issuer.clientId) &&
      typeof exp === "number" &&
      (exp + 60) * 1000 > this.#env.now() &&
      textClaim(claims, "nonce") === nonce;
    if (!good) throw new SignInFailed("invalid_id_token", "the ID token is not for this sign-in");
  }

  #flow(state: string): Slot<Flow> {
    return new Slot(this.#storage, `portico.${this.#issuer.clientId}.flow.${state}`);
  }
}
