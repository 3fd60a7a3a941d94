export { backChannelLogout, requireScopes } from "./express/guard.js";
export { gateway, type Middleware } from "./express/gateway.js";
