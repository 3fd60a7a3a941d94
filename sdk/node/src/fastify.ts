export { backChannelLogout, requireScopes, type LogoutOptions } from "./fastify/guard.js";
export { gateway } from "./fastify/gateway.js";
