import { APP_ID, ID, LOCALE, PATH, PURPOSE, read, SCOPE, THEME } from "./shape.js";
const SCOPE_OR_NONE = /^$|^(?=.{1,4096}$)[!#-[\]-~]+( [!#-[\]-~]+)*$/;
const TOKEN = /^(?=.{1,16384}$)[\w-]+\.[\w-]+\.[\w-]+$/;
const WORD = /^[a-z][a-z0-9_-]{0,63}$/;
const SECONDS = /^([1-9]\d{0,2}|1[0-7]\d\d|1800)$/;
const SHAPES = new Map([
    ["launch", {
            "id?": ID,
            miniProgramId: APP_ID,
            token: TOKEN,
            scope: SCOPE,
            expiresIn: SECONDS,
            theme: THEME,
            locale: LOCALE,
            path: PATH,
        }],
    ["token_renewed", { "id?": ID, token: TOKEN, expiresIn: SECONDS }],
    ["login_code", { id: ID, code: /^[!-~]{1,1024}$/, expiresIn: SECONDS, "purpose?": PURPOSE }],
    ["error", { id: ID, error: WORD }],
    ["consent_changed", { scope: SCOPE_OR_NONE, removed: SCOPE_OR_NONE }],
    ["theme_changed", { theme: THEME }],
    ["session_expired", { reason: WORD }],
]);
export function parseHostMessage(data) {
    return read(SHAPES, data);
}
