import type { Environment } from "../shared/environment.js";
import { refusal, type Metadata } from "../shared/request.js";
/** Portico, as one host sees it. */
export declare class Issuer {
    #private;
    readonly url: string;
    readonly clientId: string;
    constructor(env: Environment, url: string, clientId: string);
    /** The discovery document, read once; a failure is not remembered. */
    metadata(): Promise<Metadata>;
    /** The address of one of Portico's own paths, such as `/v1/events`. */
    at(path: string): string;
    /**
     * Posts a form as this client.
     *
     * @throws what `refuse` makes of an answer that is not 2xx; a {@link PorticoError} with its OAuth error code.
     */
    post(endpoint: "token_endpoint" | "revocation_endpoint", fields: Readonly<Record<string, string | undefined>>, refuse?: typeof refusal): Promise<Readonly<Record<string, unknown>>>;
}
