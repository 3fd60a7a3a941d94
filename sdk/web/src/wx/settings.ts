/** WeChat's name of a permission, or Portico's own. */
export type WxScope = "scope.userInfo" | "scope.address" | "scope.phoneNumber" | (string & {});

/** What WeChat calls some of Portico's scopes. It knows no name for the phone number; that is ours. */
const SCOPES: Readonly<Record<string, string>> = {
  "scope.userInfo": "profile.basic",
  "scope.address": "address.list",
  "scope.phoneNumber": "phone.verified",
};

/** Portico's name of a permission. */
export const scopeOf = (name: WxScope): string => SCOPES[name] ?? name;

/** WeChat's `authSetting`: what was granted, and of what was asked for what was not. */
export function authSetting(granted: string, asked: string): Readonly<Record<string, boolean>> {
  const held = granted.split(" ");
  const names = new Map(Object.entries(SCOPES).map(([name, scope]) => [scope, name]));
  const all = new Set([...held, ...asked.split(" ")]);
  all.delete("openid");
  all.delete("");
  return Object.fromEntries([...all].map((scope) => [names.get(scope) ?? scope, held.includes(scope)]));
}
