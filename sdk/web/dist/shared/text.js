export function parsed(text) {
    try {
        return typeof text === "string" && text.length <= 65_536 ? JSON.parse(text) : null;
    }
    catch {
        return null;
    }
}
