export { backChannelLogout, requireScopes } from "./koa/guard.js";
export { gateway } from "./koa/gateway.js";
