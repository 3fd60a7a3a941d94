export { backChannelLogout, requireScopes, type PorticoState } from "./koa/guard.js";
export { gateway, type Middleware } from "./koa/gateway.js";
