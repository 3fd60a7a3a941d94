import { challenge } from "./pkce.js";
import { fill, metadata, post } from "./issuer.js";
import { PorticoError } from "../shared/errors.js";
import { refusal } from "../shared/request.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { encode } from "../shared/base64url.js";
import { keep, take } from "./storage.js";
export async function beginSignIn(host, options) {
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
export async function finishSignIn(host, answer) {
    const flow = await take(host, `flow.${answer.get("state")}`);
    if (!flow)
        throw new PorticoError("state_mismatch");
    if (answer.get("iss") !== host.issuer)
        throw new PorticoError("issuer_mismatch");
    if (answer.has("error"))
        throw refusal(Object.fromEntries(answer), 400);
    const tokens = await post(host, "token_endpoint", {
        grant_type: "authorization_code",
        code: answer.get("code") ?? "",
        redirect_uri: host.redirectUri,
        code_verifier: flow.verifier,
    });
    const claims = unverifiedClaims(tokens["id_token"]);
    const ours = claims["iss"] === host.issuer &&
        `${claims["aud"]}` === host.clientId &&
        (Number(claims["exp"]) + 60) * 1000 > host.env.now() &&
        claims["nonce"] === flow.nonce;
    if (!ours)
        throw new PorticoError("invalid_id_token");
    return [tokens, flow.returnState];
}
