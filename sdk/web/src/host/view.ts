import { parseMiniProgramMessage } from "../shared/from-mini-program.js";
import type { Fields, HostMessage, MiniProgramMessage } from "../shared/messages.js";
import { BRIDGE_VERSION } from "../shared/shape.js";

/** Says something to one document; nothing happens once that is gone. */
export type Say = <Type extends HostMessage["type"]>(type: Type, fields: Fields<HostMessage, Type>) => void;

/** Is given what a document said, and the way to answer that very document. */
export type Heard = (message: MiniProgramMessage, say: Say) => void;

/** Where a mini-program runs, and the one origin that may be spoken to there: one document after the other. */
export abstract class View {
  readonly iframe?: HTMLIFrameElement;
  readonly origin: string;
  /** To the document that is there now; `null` where none has said `ready`. */
  say: Say | null = null;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Opens `entry`; `heard` is given what its documents say, each with the way to answer that very document. */
  abstract open(entry: string, heard: Heard): void;

  /** Stops listening. */
  close(): void {
    this.say = null;
  }

  /** Takes what came from the view's own document at its exact origin; `post` is the way back to that document. */
  protected hear(data: unknown, heard: Heard, post: (message: object) => void): void {
    const message = parseMiniProgramMessage(data);
    if (message?.type === "ready") {
      const say: Say = (type, fields) => {
        if (say === this.say) post({ portico: BRIDGE_VERSION, type, ...fields });
      };
      this.say = say;
    }
    if (message && this.say) heard(message, this.say);
  }
}
