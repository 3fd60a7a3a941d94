export { backChannelLogout, requireScopes } from "./fastify/guard.js";
export { gateway } from "./fastify/gateway.js";
