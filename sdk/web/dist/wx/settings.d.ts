/** WeChat's name of a permission, or Portico's own. */
export type WxScope = "scope.userInfo" | "scope.address" | "scope.phoneNumber" | (string & {});
/** Portico's name of a permission. */
export declare const scopeOf: (name: WxScope) => string;
/** WeChat's `authSetting`: what was granted, and of what was asked for what was not. */
export declare function authSetting(granted: string, asked: string): Readonly<Record<string, boolean>>;
