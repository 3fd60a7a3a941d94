export { backChannelLogout, requireScopes } from "./express/guard.js";
export { gateway } from "./express/gateway.js";
