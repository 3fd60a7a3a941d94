import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from "node:zlib";
const [unzip, zip, unbrotli, brotli] = [gunzip, gzip, brotliDecompress, brotliCompress].map((one) => promisify(one));
const GZIP = { unpack: unzip, pack: (body) => zip(body, { level: 3 }) };
const BROTLI = {
    unpack: unbrotli,
    pack: (body) => brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
};
const CODINGS = new Map([["gzip", GZIP], ["x-gzip", GZIP], ["br", BROTLI]]);
const MOST = 3;
export class Unreadable extends Error {
    reason;
    constructor(reason) {
        super(reason);
        this.reason = reason;
    }
}
export function areUnderstood(codings) {
    return codings.length <= MOST && codings.every((coding) => CODINGS.has(coding));
}
export async function unpack(codings, body, limit) {
    if (body.length > limit)
        throw new Unreadable("too_large");
    let unpacked = body;
    for (const coding of [...codings].reverse()) {
        try {
            unpacked = await known(coding).unpack(unpacked, { maxOutputLength: Math.max(limit, 1) });
        }
        catch (error) {
            const isLong = error.code === "ERR_BUFFER_TOO_LARGE";
            throw new Unreadable(isLong ? "too_large" : "broken");
        }
    }
    return unpacked;
}
export async function pack(codings, body) {
    let packed = body;
    for (const coding of codings)
        packed = await known(coding).pack(packed);
    return packed;
}
function known(name) {
    const coding = CODINGS.get(name);
    if (!coding)
        throw new Unreadable("broken");
    return coding;
}
