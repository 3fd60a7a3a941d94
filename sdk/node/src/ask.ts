import { Agent as HttpAgent, request as http, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as https } from "node:https";

/** A question over HTTP. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The longest answer, in bytes: a thousand OpenIDs and what they become, each as long as one may be. */
const LONGEST = 2 * 1024 * 1024;

/** No answer, or not all of it in time. */
export class NoAnswer extends Error {}

/** Asks one server, over connections that are kept alive. Redirects are answers. */
export class Connections {
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #tls = new HttpsAgent({ keepAlive: true });

  /**
   * The status and the body of the answer, whole within so many milliseconds.
   *
   * A question on a connection that the server closed at that moment is put again: asking changes nothing.
   *
   * @throws {@link NoAnswer}
   */
  async ask(url: string, question: Question, timeout: number): Promise<{ status: number; body: string }> {
    const signal = new AbortController();
    const timer = setTimeout(() => signal.abort(), timeout);
    try {
      const answer = await this.#sent(new URL(url), question, signal.signal);
      return { status: answer.statusCode ?? 0, body: await whole(answer) };
    } catch {
      throw new NoAnswer();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets go of the connections that are kept alive. */
  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  #sent(url: URL, question: Question, signal: AbortSignal): Promise<IncomingMessage> {
    const { method, headers, body = "" } = question;
    const isTls = url.protocol === "https:";
    const length = method === "POST" ? { "content-length": String(Buffer.byteLength(body)) } : {};
    const options = { method, headers: { ...headers, ...length }, agent: isTls ? this.#tls : this.#plain, signal };
    return new Promise((resolve, reject) => {
      const request = isTls ? https(url, options) : http(url, options);
      request.once("response", resolve);
      request.once("error", (error) => {
        if (request.reusedSocket && !signal.aborted) this.#sent(url, question, signal).then(resolve, reject);
        else reject(error);
      });
      request.end(body);
    });
  }
}

async function whole(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LONGEST) throw new NoAnswer();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
