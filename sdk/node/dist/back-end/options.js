import { isText } from "./claims.js";
const LONGEST_TIMEOUT = 2 ** 31 - 1;
const ISSUER = /^https?:\/\/[^\s?#@/\\]+(\/[^\s?#]*)?$/;
export function whole({ issuer, clientId, timeout = 5000, remember = 10_000, validate = "feed", onProblem, }) {
    if (!isText(issuer) || !ISSUER.test(issuer) || !URL.canParse(issuer))
        throw new TypeError("issuer must be an http or https URL without user and query");
    if (!isText(clientId))
        throw new TypeError("clientId is missing");
    if (!Number.isFinite(timeout) || timeout <= 0 || timeout > LONGEST_TIMEOUT)
        throw new TypeError(`timeout must be up to ${LONGEST_TIMEOUT} ms`);
    if (!Number.isSafeInteger(remember) || remember < 1)
        throw new TypeError("remember must be a whole number, and not 0");
    if (validate !== "feed" && validate !== "introspection")
        throw new TypeError('validate must be "feed" or "introspection"');
    if (onProblem !== undefined && typeof onProblem !== "function")
        throw new TypeError("onProblem must be a function");
    return { issuer, clientId, timeout, remember, validate };
}
