export function values(headers, name) {
    return headers.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value);
}
export function without(headers, ...names) {
    return headers.filter(([name]) => !names.includes(name.toLowerCase()));
}
export const DIGESTS = ["content-md5", "digest", "content-digest", "repr-digest"];
