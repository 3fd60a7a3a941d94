export function asBytes(bytes) {
    return bytes.toString("latin1");
}
export function fromBytes(text) {
    return Buffer.from(text, "latin1");
}
export function stripped(text, kind) {
    let [start, end] = [0, text.length];
    while (start < end && kind.test(text.charAt(start)))
        start++;
    while (end > start && kind.test(text.charAt(end - 1)))
        end--;
    return text.slice(start, end);
}
export function decoded(bytes) {
    return /^[\0-\x7f]*$/.test(bytes) ? bytes : fromBytes(bytes).toString("utf8");
}
export function percentDecoded(bytes) {
    return decoded(unescaped(bytes));
}
export function percentBytes(bytes) {
    return fromBytes(unescaped(bytes));
}
function unescaped(bytes) {
    return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
export function percentEncoded(text) {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
