import { challenge } from "./pkce.js";
import { fill, metadata, post } from "./issuer.js";
import { PorticoError } from "../shared/errors.js";
import { refusal } from "../shared/request.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { encode } from "../shared/base64url.js";
import { keep, take } from "./storage.js";
import type { Fields } from "../shared/fields.js";
import type { Context } from "./context.js";
import type { SignInOptions } from "./options.js";

/** What must be remembered while the person is at the sign-in page. */
interface Flow {
  readonly verifier: string;
  readonly nonce: string;
  readonly returnState: string | undefined;
}

/**
 * The address of the sign-in page, for authorization code with PKCE, `state` and `nonce` (RFC 9700 §2.1); what is
 * needed on the way back is kept in the storage.
 */
export async function beginSignIn(host: Context, options: SignInOptions): Promise<string> {
  const secret = () => encode(host.env.random(32));
  const [state, verifier, nonce] = [secret(), secret(), secret()];
  await keep(host, `flow.${state}`, { verifier, nonce, returnState: options.returnState });
  const url = new URL((await metadata(host)).authorization_endpoint);
  fill(url.searchParams, {
    ui_locales: host.locale,
    ...options.parameters,
    response_type: "code",
    client_id: host.clientId,
    redirect_uri: host.redirectUri,
    scope: host.scope ?? "openid host",
    state,
    nonce,
    code_challenge: await challenge(verifier),
    code_challenge_method: "S256",
  });
  return url.href;
}

/**
 * Redeems the answer that the sign-in page put into the address (`iss`: RFC 9207).
 *
 * @returns the token endpoint's answer, whose ID token belongs to this sign-in, and what was handed to `beginSignIn`.
 * @throws {@link PorticoError} with the code of an answer that is an error; `state_mismatch`, `issuer_mismatch` or
 * `invalid_id_token` when it is not an answer to a question of ours.
 */
export async function finishSignIn(host: Context, answer: URLSearchParams): Promise<[Fields, string | undefined]> {
  const flow = await take<Flow>(host, `flow.${answer.get("state")}`);
  if (!flow) throw new PorticoError("state_mismatch");
  if (answer.get("iss") !== host.issuer) throw new PorticoError("issuer_mismatch");
  if (answer.has("error")) throw refusal(Object.fromEntries(answer), 400);
  const tokens = await post(host, "token_endpoint", {
    grant_type: "authorization_code",
    code: answer.get("code") ?? "",
    redirect_uri: host.redirectUri,
    code_verifier: flow.verifier,
  });
  // OpenID Connect Core 1.0 §3.1.3.7; the signature may be left out, for the token came from the endpoint itself.
  const claims = unverifiedClaims(tokens["id_token"]!);
  const ours =
    claims["iss"] === host.issuer &&
    `${claims["aud"]}` === host.clientId &&
    (Number(claims["exp"]) + 60) * 1000 > host.env.now() &&
    claims["nonce"] === flow.nonce;
  if (!ours) throw new PorticoError("invalid_id_token");
  return [tokens, flow.returnState];
}
