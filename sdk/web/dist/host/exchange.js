import { union } from "../shared/scope.js";
import { PorticoError } from "../shared/errors.js";
import { life } from "./renewal.js";
import { ConsentRequired } from "./errors.js";
import { refusal } from "../shared/request.js";
import { fill, post } from "./issuer.js";
export function exchange(host, { appId, scope, theme, locale: ui_locales, sid }, prompt, code) {
    return host.tokens.using(async (token) => {
        const asked = host.env.now();
        const form = {
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token: token,
            subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
            audience: appId,
            scope: scope && union("openid", scope),
            prompt,
            requested_token_type: code && `urn:portico:token-type:${code}-code`,
        };
        const answer = await post(host, "token_endpoint", form, (body, status) => {
            if (body["error"] !== "consent_required")
                return refusal(body, status);
            const url = new URL(body["consent_uri"]);
            if (url.origin !== new URL(host.issuer).origin)
                return new PorticoError("invalid_consent_uri");
            fill(url.searchParams, { return_to: host.redirectUri, ui_locales, theme });
            return new ConsentRequired({
                appId,
                scope: body["scope"],
                request: body["consent_request"],
                url: url.href,
            });
        });
        return {
            value: answer["access_token"],
            scope: answer["scope"],
            ...life(asked, answer["expires_in"]),
        };
    }, /^invalid_(request|grant)$/, sid);
}
