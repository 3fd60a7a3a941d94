import type { CodePurpose, Fields, HostMessage } from "../messages/messages";
import type { Exchanged } from "./exchange";
import type { Launch } from "./options";

/** What a `launch` says to the page: how it was asked for, and the token, which has `expiresIn` seconds left. */
export function launchFields(
  launch: Launch,
  token: Exchanged,
  expiresIn: number,
  id?: string,
): Fields<HostMessage, "launch"> {
  const { appId: miniProgramId, theme, locale, path } = launch;
  const { value, scope } = token;
  return { ...(id !== undefined && { id }), miniProgramId, token: value, scope, expiresIn, theme, locale, path };
}

/** What a `login_code` says to the page: the answer to the question `id`, good for `expiresIn` seconds. */
export function codeFields(
  id: string,
  code: Exchanged,
  expiresIn: number,
  purpose: CodePurpose | undefined,
): Fields<HostMessage, "login_code"> {
  return { id, code: code.value, expiresIn, ...(purpose !== undefined && { purpose }) };
}
