import { PorticoError } from "../shared/errors.js";
import { refusal } from "../shared/request.js";
import { ConsentRequired } from "./errors.js";
import { fill, post } from "./issuer.js";
import { life } from "./renewal.js";
export function exchange(host, { appId, scope, theme, locale }, prompt, code) {
    return host.tokens.using(async (token) => {
        const asked = host.env.now();
        const form = {
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token: token,
            subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
            audience: appId,
            scope,
            prompt,
            theme,
            ui_locales: locale,
            requested_token_type: code && `urn:portico:token-type:${code}-code`,
        };
        const answer = await post(host, "token_endpoint", form, (response, body) => {
            const error = refusal(response, body);
            if (error.code !== "consent_required")
                return error;
            const { issuer, redirectUri } = host;
            const url = new URL(body["consent_uri"]);
            if (url.origin !== new URL(issuer).origin)
                return new PorticoError("invalid_consent_uri");
            fill(url.searchParams, { return_to: redirectUri, ui_locales: form.ui_locales, theme: form.theme });
            return new ConsentRequired(appId, body["scope"], body["consent_request"], url.href);
        });
        return {
            value: answer["access_token"],
            scope: answer["scope"],
            ...life(asked, answer["expires_in"], 120_000),
        };
    });
}
