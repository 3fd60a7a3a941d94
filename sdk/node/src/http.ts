export { gateway } from "./http/gateway.js";
