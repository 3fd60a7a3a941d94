const SCOPES = {
    "scope.userInfo": "profile.basic",
    "scope.address": "address.list",
    "scope.phoneNumber": "phone.verified",
};
export const scopeOf = (name) => SCOPES[name] ?? name;
export function authSetting(granted, asked) {
    const held = granted.split(" ");
    const names = new Map(Object.entries(SCOPES).map(([name, scope]) => [scope, name]));
    const all = new Set([...held, ...asked.split(" ")]);
    all.delete("openid");
    all.delete("");
    return Object.fromEntries([...all].map((scope) => [names.get(scope) ?? scope, held.includes(scope)]));
}
