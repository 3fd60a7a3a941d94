import { exactOrigin } from "../shared/origin.js";
import { PorticoError } from "../shared/errors.js";
import { BRIDGE_VERSION, parseMiniProgramMessage, } from "../shared/messages.js";
export class Frame {
    element;
    origin;
    #heard;
    #owned;
    #document = { ready: false, loaded: false };
    constructor(entry, place, heard) {
        this.origin = exactOrigin(entry);
        if (place.iframe === undefined && place.container === undefined)
            throw new PorticoError("invalid_place", "give container or iframe");
        this.element = place.iframe ?? document.createElement("iframe");
        this.#owned = place.iframe === undefined;
        this.#heard = heard;
        this.element.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
        this.element.referrerPolicy = "no-referrer";
        window.addEventListener("message", this.#onMessage);
        this.element.addEventListener("load", this.#onLoad);
        this.element.src = entry;
        if (this.#owned)
            place.container?.append(this.element);
    }
    get document() {
        return this.#document;
    }
    send(document, type, fields) {
        if (document !== this.#document || !document.ready)
            return;
        this.element.contentWindow?.postMessage({ portico: BRIDGE_VERSION, type, ...fields }, this.origin);
    }
    close() {
        window.removeEventListener("message", this.#onMessage);
        this.element.removeEventListener("load", this.#onLoad);
        this.#document = { ready: false, loaded: false };
        if (this.#owned)
            this.element.remove();
    }
    #onMessage = (event) => {
        if (event.source === null || event.source !== this.element.contentWindow || event.origin !== this.origin)
            return;
        const message = parseMiniProgramMessage(event.data);
        if (message === null)
            return;
        if (message.type === "ready") {
            if (this.#document.ready)
                this.#document = { ready: true, loaded: false };
            else
                this.#document.ready = true;
        }
        if (this.#document.ready)
            this.#heard(message, this.#document);
    };
    #onLoad = () => {
        if (this.#document.loaded)
            this.#document = { ready: false, loaded: true };
        else
            this.#document.loaded = true;
    };
}
