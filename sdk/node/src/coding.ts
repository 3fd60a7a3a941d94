import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from "node:zlib";

const [unzip, zip, unbrotli, brotli] = [gunzip, gzip, brotliDecompress, brotliCompress].map((one) =>
  promisify(one as (body: Buffer, options: object, done: (error: Error | null, out: Buffer) => void) => void),
) as [Work, Work, Work, Work];
type Work = (body: Buffer, options: object) => Promise<Buffer>;

interface Coding {
  readonly unpack: Work;
  readonly pack: (body: Buffer) => Promise<Buffer>;
}

const GZIP: Coding = { unpack: unzip, pack: (body) => zip(body, { level: 3 }) };
const BROTLI: Coding = {
  unpack: unbrotli,
  pack: (body) => brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
};

/** The content codings that are understood: RFC 1952 and RFC 7932. */
const CODINGS: ReadonlyMap<string, Coding> = new Map([["gzip", GZIP], ["x-gzip", GZIP], ["br", BROTLI]]);

/** How many codings one body may be in, one over the other. */
const MOST = 3;

/** Why a body cannot be looked into: it is longer than the limit, as it came or unpacked, or is not what it says. */
export class Unreadable extends Error {
  constructor(readonly reason: "too_large" | "broken") {
    super(reason);
  }
}

/** Whether all of these codings are understood, and are no more than anybody needs. */
export function areUnderstood(codings: readonly string[]): boolean {
  return codings.length <= MOST && codings.every((coding) => CODINGS.has(coding));
}

/**
 * The body without its codings. Neither it nor anything in between is longer than the limit.
 *
 * @throws {@link Unreadable}
 */
export async function unpack(codings: readonly string[], body: Buffer, limit: number): Promise<Buffer> {
  if (body.length > limit) throw new Unreadable("too_large");
  let unpacked = body;
  for (const coding of [...codings].reverse()) {
    try {
      unpacked = await known(coding).unpack(unpacked, { maxOutputLength: Math.max(limit, 1) });
    } catch (error) {
      const isLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      throw new Unreadable(isLong ? "too_large" : "broken");
    }
  }
  return unpacked;
}

/** The body in these codings again. */
export async function pack(codings: readonly string[], body: Buffer): Promise<Buffer> {
  let packed = body;
  for (const coding of codings) packed = await known(coding).pack(packed);
  return packed;
}

function known(name: string): Coding {
  const coding = CODINGS.get(name);
  if (!coding) throw new Unreadable("broken");
  return coding;
}
