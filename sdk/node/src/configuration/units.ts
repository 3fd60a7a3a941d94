const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1000, MB: 1e6 };
const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** A size such as `1 MiB`, in bytes; undefined where it is none. */
export function bytes(text: string): number | undefined {
  return measure(text, SIZES);
}

/** A time such as `2 s`, in milliseconds; undefined where it is none. */
export function milliseconds(text: string): number | undefined {
  return measure(text, TIMES);
}

function measure(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number, unit = ""] = /^(\d{1,9}) ?([A-Za-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  const value = number === undefined || factor === undefined ? 0 : Number(number) * factor;
  return value > 0 ? value : undefined;
}
