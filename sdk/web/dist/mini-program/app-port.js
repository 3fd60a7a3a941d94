import { parsed } from "../shared/text.js";
function injected(value) {
    const { postMessage, window } = Object(value);
    return typeof postMessage === "function" && window === undefined ? value : null;
}
export function appPort(window, hear) {
    const native = injected(window.portico) ?? injected(window.ReactNativeWebView);
    if (window.parent !== window || !native)
        return null;
    const onmessage = ({ data }) => void hear(parsed(data));
    try {
        native.onmessage = onmessage;
    }
    catch {
    }
    if (injected(window.portico)?.onmessage !== onmessage) {
        const value = { postMessage: (text) => native.postMessage(text), onmessage };
        Object.defineProperty(window, "portico", { value, configurable: true });
    }
    const port = window.portico;
    return {
        post: (message) => native.postMessage(JSON.stringify(message)),
        close() {
            port.onmessage = null;
        },
    };
}
