import { encode } from "../shared/base64url.js";
import { PorticoError } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { fill, metadata, post } from "./issuer.js";
import { challenge } from "./pkce.js";
import { keep, take } from "./storage.js";
export async function beginSignIn(host, options) {
    const secret = () => encode(host.env.random(32));
    const [state, verifier, nonce] = [secret(), secret(), secret()];
    await keep(host, `flow.${state}`, { verifier, nonce, returnState: options.returnState });
    const url = new URL((await metadata(host)).authorization_endpoint);
    fill(url.searchParams, {
        ...options.parameters,
        response_type: "code",
        client_id: host.clientId,
        redirect_uri: host.redirectUri,
        scope: host.scope ?? "openid host",
        state,
        nonce,
        code_challenge: await challenge(verifier),
        code_challenge_method: "S256",
        ui_locales: host.locale,
    });
    return url.href;
}
export async function finishSignIn(host, answer) {
    const flow = await take(host, `flow.${answer.get("state")}`);
    if (!flow)
        throw new PorticoError("state_mismatch");
    if (answer.get("iss") !== host.issuer)
        throw new PorticoError("issuer_mismatch");
    const error = answer.get("error");
    if (error)
        throw new PorticoError(error, answer.get("error_description") ?? error);
    const tokens = await post(host, "token_endpoint", {
        grant_type: "authorization_code",
        code: answer.get("code") ?? "",
        redirect_uri: host.redirectUri,
        code_verifier: flow.verifier,
    });
    const claims = unverifiedClaims(tokens["id_token"]);
    const { clientId } = host;
    const ours = claims["iss"] === host.issuer &&
        [claims["aud"]].flat().includes(clientId) &&
        (claims["azp"] ?? clientId) === clientId &&
        (Number(claims["exp"]) + 60) * 1000 > host.env.now() &&
        claims["nonce"] === flow.nonce;
    if (!ours)
        throw new PorticoError("invalid_id_token");
    return [tokens, flow.returnState];
}
