export { BRIDGE_VERSION } from "./shape.js";
export { parseHostMessage } from "./from-host.js";
export { parseMiniProgramMessage } from "./from-mini-program.js";
