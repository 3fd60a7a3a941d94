import type { Fields, HostMessage } from "../shared/messages.js";
/** Says something to one document; nothing happens once that is gone. */
export type Say = <Type extends HostMessage["type"]>(type: Type, fields: Fields<HostMessage, Type>) => void;
/** What a place tells of the documents in it: one after the other. */
export interface Documents {
    /**
     * Its document, at the exact origin, has said `data`; `post` is the way back to that very document.
     *
     * @returns whether it was `ready`, and is the one that is spoken to from now on.
     */
    hear(data: unknown, post: (message: object) => void): boolean;
    /** The document that was there is not there any more. */
    gone(): unknown;
}
