import type { Environment } from "../shared/environment.js";
/** Data that the mini-program's back end decrypts with the person's `session_key`. */
export interface Encrypted {
    /** AES-128-CBC with PKCS#7, base64. */
    readonly encryptedData: string;
    /** Base64. */
    readonly iv: string;
}
/** The same with the plain text beside it, and its signature: `sha1(rawData + session_key)`. */
export interface SignedData extends Encrypted {
    readonly rawData: string;
    readonly signature: string;
}
/** The person's data as WeChat gives it (`POST /v1/wechat/user-data`). */
export declare function userData<Kind extends "profile" | "phone">(env: Environment, token: string, kind: Kind): Promise<Kind extends "profile" ? SignedData : Encrypted>;
