import { readFileSync } from "node:fs";
import { NoMap } from "../swap/json-map.js";
import { maps } from "../swap/maps.js";
import { answerPlaces, isNowhere, requestPlaces } from "./places.js";
import { Table } from "./table.js";
import { bytes, milliseconds } from "./units.js";
const KEYS = [
    "host", "path", "upstream", "http2", "authorities", "health", "app", "as", "token", "keep_token", "secret_file",
    "certificates", "require", "unknown", "inject", "self", "any", "response", "encrypted", "limits",
];
const BODY = "1 MiB";
export function readRoute(value, at, apps) {
    const table = new Table(value, at, KEYS);
    if (table.has("encrypted")) {
        const what = "encryptedData cannot be encrypted again here, since session keys never leave Portico";
        throw table.wrong("encrypted", `${what}; put \`portico gateway\` in front of this app`);
    }
    const app = table.need("app");
    const registered = apps.get(app);
    if (!registered?.secret)
        throw table.wrong("app", `\`${app}\` must be among \`apps\`, with its \`client_secret\``);
    const as = table.need("as");
    const token = readToken(table, registered);
    const inject = readInject(table, apps.get(as), token, app === as);
    return {
        host: table.text("host")?.toLowerCase(),
        path: readPath(table),
        app,
        as,
        token,
        require: readScopes(table, token),
        unknown: readUnknown(table),
        inject,
        maps: readPlaces(table, token, app === as, inject.map(({ name }) => name)),
        keepToken: table.flag("keep_token"),
        bodyLimit: readLimits(table),
    };
}
function readPath(table) {
    const text = table.text("path");
    if (text === undefined || text === "/")
        return undefined;
    const path = text.replace(/\/$/, "");
    const isPlain = (segment) => !/^\.{0,2}$|[%?#;\\*{ ]/.test(segment);
    if (path.startsWith("/") && path.slice(1).split("/").every(isPlain))
        return path;
    throw table.wrong("path", `\`${text}\` is not a path such as /api`);
}
function readToken(table, app) {
    const text = table.text("token") ?? "bearer";
    if (table.has("certificates")) {
        throw table.wrong("certificates", "are checked by what ends TLS, which is not this middleware; use `secret_file`");
    }
    const file = table.text("secret_file");
    if (text === "none") {
        if (file === undefined)
            throw table.wrong("token", "`none` lets everybody in; it needs `secret_file`");
        return { kind: "none", secret: readSecret(table, file) };
    }
    if (file !== undefined)
        throw table.wrong("secret_file", "is for routes with `token = \"none\"`");
    if (text === "bearer")
        return { kind: "bearer" };
    const [, name] = /^cookie:([!#$%&'*+.^_`|~0-9A-Za-z-]+)$/.exec(text) ?? [];
    if (name === undefined)
        throw table.wrong("token", "is `bearer`, `cookie:NAME` or `none`");
    if (app.origins.length === 0) {
        throw table.wrong("token", `a cookie needs \`origins\` of ${app.id} among \`apps\`: requests from elsewhere are refused`);
    }
    return { kind: "cookie", name };
}
function readSecret(table, file) {
    let secret;
    try {
        secret = readFileSync(file, "utf8").trim();
    }
    catch (error) {
        throw table.wrong("secret_file", `cannot be read (${error.code})`);
    }
    if (/^[\x21-\x7e]{32,}$/.test(secret))
        return secret;
    throw table.wrong("secret_file", "must hold 32 visible ASCII characters or more");
}
function readScopes(table, token) {
    const scopes = table.has("require") ? table.texts("require") : token.kind === "none" ? [] : ["openid"];
    const odd = scopes.find((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
    if (odd !== undefined)
        throw table.wrong("require", `\`${odd}\` is no scope (RFC 6749 §3.3)`);
    if (token.kind === "none" && scopes.length > 0)
        throw table.wrong("require", "there are no scopes without a token");
    return scopes;
}
function readUnknown(table) {
    const text = table.text("unknown") ?? "refuse";
    if (text === "refuse" || text === "empty")
        return text;
    if (text !== "pass")
        throw table.wrong("unknown", "is `refuse` or `empty`");
    const what = "`pass` must never pass an OpenID of the back end's app, and only Portico itself can tell one";
    throw table.wrong("unknown", `${what}; use \`refuse\` or \`empty\`, or \`portico gateway\``);
}
function readInject(table, as, token, isOne) {
    const headers = table.table("inject", ["headers"]).value("headers") ?? {};
    const at = table.key("inject.headers");
    const names = typeof headers === "object" ? Object.keys(headers) : [];
    const list = new Table(headers, at, names);
    return names.map((name) => {
        if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
            throw list.wrong(name, "is no name of a header");
        const text = list.need(name);
        if (token.kind === "none" && ["openid", "unionid"].includes(text)) {
            throw list.wrong(name, "there is no caller without a token");
        }
        switch (text) {
            case "openid":
                return { name, says: { kind: "openId" } };
            case "unionid":
                if (isOne)
                    return { name, says: { kind: "unionId" } };
                throw list.wrong(name, "the UnionID of another app's developer is not told here; use `portico gateway`");
            case "app":
                if (as?.wxAppId !== undefined)
                    return { name, says: { kind: "text", text: as.wxAppId } };
                throw list.wrong(name, "`app` needs the app that is named as `as` among `apps`, with its `wx_app_id`");
            default:
                if (/^[\x20-\x7e]+$/.test(text))
                    return { name, says: { kind: "text", text } };
                throw list.wrong(name, "must be visible ASCII characters");
        }
    });
}
function readPlaces(table, token, isOne, inject) {
    const [own, any, answer] = [requestPlaces(table, "self"), requestPlaces(table, "any"), answerPlaces(table)];
    if (token.kind === "none" && isNowhere(any))
        throw table.wrong("any", "is all that a route without tokens is for");
    if (token.kind === "none" && !isNowhere(own))
        throw table.wrong("self", "there is no caller without a token");
    if (isOne && !isNowhere(any))
        throw table.wrong("any", "there is nothing to swap where `app` and `as` are one");
    if (isOne && !isNowhere(answer))
        throw table.wrong("response", "there is nothing to swap where `app` and `as` are one");
    try {
        return maps(own, any, answer, inject);
    }
    catch (error) {
        throw error instanceof NoMap ? table.wrong("json", error.message) : error;
    }
}
function readLimits(table) {
    const limits = table.table("limits", ["body", "connect", "response", "idle"]);
    for (const name of ["connect", "response", "idle"]) {
        const text = limits.text(name);
        if (text !== undefined && milliseconds(text) === undefined)
            throw limits.wrong(name, "is a time such as `30 s`");
    }
    const body = bytes(limits.text("body") ?? BODY);
    if (body === undefined)
        throw limits.wrong("body", `is a size such as \`${BODY}\``);
    return body;
}
