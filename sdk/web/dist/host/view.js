import { parseMiniProgramMessage } from "../shared/from-mini-program.js";
import { BRIDGE_VERSION } from "../shared/shape.js";
export class View {
    constructor(origin) {
        this.say = null;
        this.origin = origin;
    }
    close() {
        this.say = null;
    }
    hear(data, heard, post) {
        const message = parseMiniProgramMessage(data);
        if (message?.type === "ready") {
            const say = (type, fields) => {
                if (say === this.say)
                    post({ portico: BRIDGE_VERSION, type, ...fields });
            };
            this.say = say;
        }
        if (message && this.say)
            heard(message, this.say);
    }
}
