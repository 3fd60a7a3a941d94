/**
 * What the JSON `text` holds; `null` where it is not JSON, not text, or longer than any message (65,536 UTF-16 code
 * units).
 */
export function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" && text.length <= 65_536 ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
