import type { HostMessage } from "./messages.js";
import { APP_ID, ID, LOCALE, PATH, PURPOSE, read, SCOPE, THEME, type Shape } from "./shape.js";

const SCOPE_OR_NONE = /^$|^(?=.{1,4096}$)[!#-[\]-~]+( [!#-[\]-~]+)*$/;
const TOKEN = /^(?=.{1,16384}$)[\w-]+\.[\w-]+\.[\w-]+$/;
const WORD = /^[a-z][a-z0-9_-]{0,63}$/;
/** 1 to 1800. */
const SECONDS = /^([1-9]\d{0,2}|1[0-7]\d\d|1800)$/;

const SHAPES = new Map<HostMessage["type"], Shape>([
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

/**
 * Reads what a host said. Fields that this version does not know are left out.
 *
 * @returns `null` for anything that is not a well-formed message of a host; drop that silently.
 */
export function parseHostMessage(data: unknown): HostMessage | null {
  return read<HostMessage>(SHAPES, data);
}
