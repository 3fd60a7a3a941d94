const SIZES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1000, MB: 1e6 };
const TIMES = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
export function bytes(text) {
    return measure(text, SIZES);
}
export function milliseconds(text) {
    return measure(text, TIMES);
}
function measure(text, units) {
    const [, number, unit = ""] = /^(\d{1,9}) ?([A-Za-z]+)$/.exec(text) ?? [];
    const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
    const value = number === undefined || factor === undefined ? 0 : Number(number) * factor;
    return value > 0 ? value : undefined;
}
