import type { ServerResponse } from "node:http";

import type { Admitted } from "../gateway.js";
import { Refused } from "../refused.js";
import { looksLikeJson } from "../swap/found.js";
import { answerKind, isBodiless, kindByType } from "../swap/kind.js";
import { DIGESTS, without, type Answer, type Header } from "../swap/message.js";
import { badAnswer } from "../swap/wrong.js";
import {
  answerWith, encodingAndDone, exitsOf, setGiven, type Chunk, type Done, type Exits, type HeadersArgument,
} from "./exits.js";

/** What the head may say about the back end's bytes alone. */
const REWORDED: ReadonlySet<string> = new Set([...DIGESTS, "accept-ranges", "etag"]);

/** Where the first bytes decide; so many are waited for. */
const SNIFFED = 64;

/**
 * Holds an answer while something in it has to be swapped: its head until the people in it are known, its body until
 * it is whole. Everything else leaves at once, by the ways that were there before.
 */
export class HeldAnswer {
  readonly #response: ServerResponse;
  readonly #admitted: Admitted;
  readonly #method: string;
  readonly #log: (refused: Refused) => void;
  readonly #exits: Exits;
  /** `whole`: kept until its end. `head`: kept until its head is swapped. */
  #state: "open" | "perhaps" | "whole" | "head" | "passing" | "refused" = "open";
  #isBegun = false;
  #isEnded = false;
  #isWaitedFor = false;
  #size = 0;
  #pieces: Buffer[] = [];
  #done: Done[] = [];

  private constructor(response: ServerResponse, admitted: Admitted, method: string, log: (refused: Refused) => void) {
    this.#response = response;
    this.#admitted = admitted;
    this.#method = method;
    this.#log = log;
    this.#exits = exitsOf(response);
  }

  /** Holds the answer to a request that was let in, if its route declares anything in answers. */
  static install(response: ServerResponse, admitted: Admitted, method: string, log: (refused: Refused) => void): void {
    const { header, setCookie, json } = admitted.route.maps.answer;
    if (header.isEmpty && setCookie.isEmpty && !json) return;
    new HeldAnswer(response, admitted, method, log).#install();
  }

  #install(): void {
    const [response, exits] = [this.#response, this.#exits];
    const isPassing = (): boolean => this.#state === "passing";
    const either = <T extends keyof Exits>(name: T, held: (...given: unknown[]) => unknown): void => {
      const exit = exits[name] as (...given: unknown[]) => unknown;
      response[name] = ((...given: unknown[]) => {
        return isPassing() ? exit.apply(response, given) : held(...given);
      }) as ServerResponse[T];
    };
    either("writeHead", (...given) => this.#writeHead(...(given as [number])));
    either("write", (...given) => this.#write(...(given as [Chunk])));
    either("end", (...given) => this.#end(...(given as [Chunk])));
    either("flushHeaders", () => this.#flushHeaders());
    const prototype = Object.getPrototypeOf(response) as object;
    for (const [name, held] of [["headersSent", () => this.#isBegun], ["writableEnded", () => this.#isEnded]] as const) {
      const get = (): unknown => (isPassing() ? Reflect.get(prototype, name, response) : held());
      Object.defineProperty(response, name, { get, configurable: true });
    }
  }

  #writeHead(status: number, reason?: string | HeadersArgument, given?: HeadersArgument): ServerResponse {
    const response = this.#response;
    if (this.#state === "refused") return response;
    if (this.#isBegun) throw new Error("the head of the answer is written already");
    response.statusCode = status;
    if (typeof reason === "string") response.statusMessage = reason;
    setGiven(response, typeof reason === "string" ? given : reason);
    this.#isBegun = true;
    return response;
  }

  #write(chunk: Chunk, ...more: unknown[]): boolean {
    const [encoding, done] = encodingAndDone(more);
    this.#begin();
    if (this.#isPassing) return this.#exits.write.call(this.#response, chunk, encoding, done);
    if (this.#isEnded) return false;
    this.#keep(chunk, encoding, done);
    return this.#state !== "head";
  }

  #end(...given: unknown[]): ServerResponse {
    const chunk = typeof given[0] === "function" ? undefined : (given[0] as Chunk | null | undefined);
    const [encoding, done] = encodingAndDone(typeof given[0] === "function" ? given : given.slice(1));
    this.#begin(chunk === undefined || chunk === null);
    if (this.#isPassing) return this.#exits.end.call(this.#response, chunk, encoding, done);
    if (this.#isEnded) return this.#response;
    if (done) this.#response.once("finish", done);
    // Before the last piece is looked at: where that lets the answer leave, its end leaves with it.
    this.#isEnded = true;
    if (chunk !== undefined && chunk !== null) this.#keep(chunk, encoding, undefined);
    if (this.#state === "whole" || this.#state === "perhaps") this.#go(true);
    return this.#response;
  }

  /** Where it is not known yet what the body is, the head waits for it. */
  #flushHeaders(): void {
    if (this.#state !== "open") return;
    this.#begin();
    if (this.#isPassing) this.#exits.flushHeaders.call(this.#response);
  }

  get #isPassing(): boolean {
    return this.#state === "passing";
  }

  /** What has to be done, by the head that is complete now. */
  #begin(isEmpty = false): void {
    if (this.#state !== "open") return;
    // As the platform does it, so that whoever listens for the head hears of it.
    if (!this.#isBegun) this.#response.writeHead(this.#response.statusCode);
    try {
      const kind = answerKind(this.#admitted.route.maps, this.#method, this.#head);
      if (kind === "json" && !isEmpty) this.#state = "whole";
      else if (kind === "perhaps" && !isEmpty) this.#state = "perhaps";
      else this.#onlyHead();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /**
   * The body is nothing to look into: it leaves as soon as the head does, at once where nothing stands in that, and
   * nothing is to be taken back that it says about a body which might have been swapped.
   */
  #onlyHead(): void {
    const { maps } = this.#admitted.route;
    const { header, setCookie } = maps.answer;
    const names = this.#response.getHeaderNames();
    const isDue = names.some((name) => header.role(name) !== undefined || (name === "set-cookie" && !setCookie.isEmpty));
    const { status, headers } = this.#head;
    const isReworded = isBodiless(this.#method, status) || names.some((name) => REWORDED.has(name));
    if (!isDue && !(isReworded && kindByType(maps, headers) !== undefined)) {
      this.#state = "passing";
      this.#flush();
    } else {
      this.#state = "head";
      this.#go(false);
    }
  }

  #keep(chunk: Chunk, encoding: BufferEncoding | undefined, done: Done | undefined): void {
    if (done && this.#state !== "head") process.nextTick(done);
    else if (done) this.#done.push(done);
    if (this.#state === "refused") return;
    const piece = typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
    this.#size += piece.length;
    this.#pieces.push(piece);
    if (this.#state === "perhaps") this.#sniff();
    const isHeldWhole = this.#state === "whole" || this.#state === "perhaps";
    if (isHeldWhole && this.#size > this.#admitted.route.bodyLimit) {
      this.#refuse(badAnswer("the answer's body is larger than the route takes"));
    }
  }

  /** A body that does not begin like JSON is none, and leaves as it comes. A packed one cannot be told. */
  #sniff(): void {
    if (this.#response.hasHeader("content-encoding")) return;
    const first = Buffer.concat(this.#pieces.slice(0, 4)).subarray(0, SNIFFED);
    if (looksLikeJson(first)) this.#state = "whole";
    else if (/[^ \t\r\n\f]/.test(first.toString("latin1").replace(/^\xef(\xbb(\xbf)?)?/, ""))) this.#onlyHead();
  }

  get #head(): Omit<Answer, "body"> {
    const response = this.#response;
    const names = (response as ServerResponse & { getRawHeaderNames(): string[] }).getRawHeaderNames();
    const headers = names.flatMap((name): Header[] =>
      [response.getHeader(name) ?? []].flat().map((value) => [name, String(value)]),
    );
    return { status: response.statusCode, headers };
  }

  #go(isWhole: boolean): void {
    this.#swap(isWhole).catch((error: unknown) => this.#refuse(error));
  }

  async #swap(isWhole: boolean): Promise<void> {
    const { status, headers } = this.#head;
    if (isWhole) {
      const body = Buffer.concat(this.#pieces);
      const swapped = await this.#admitted.answer(this.#method, { status, headers, body });
      if (this.#state === "refused") return;
      this.#pieces = swapped.body && swapped.body.length > 0 ? [swapped.body] : [];
      const length: Header = ["Content-Length", String(swapped.body?.length ?? 0)];
      this.#setHead(headers, [...without(swapped.headers, "content-length", "transfer-encoding"), length]);
    } else {
      this.#setHead(headers, (await this.#admitted.answer(this.#method, { status, headers })).headers);
    }
    this.#isWaitedFor = !isWhole && !this.#isEnded;
    this.#state = "passing";
    this.#flush();
  }

  #setHead(before: readonly Header[], after: readonly Header[]): void {
    for (const [name] of before) this.#response.removeHeader(name);
    for (const [name, value] of after) this.#response.appendHeader(name, value);
  }

  /** What was kept leaves, and what comes next follows it directly. */
  #flush(): void {
    const response = this.#response;
    if (response.destroyed) return;
    let isFree = true;
    const pieces = this.#pieces;
    this.#pieces = [];
    const last = this.#isEnded ? pieces.pop() : undefined;
    for (const piece of pieces) isFree = this.#exits.write.call(response, piece);
    this.#done.forEach((done) => done());
    if (this.#isEnded) this.#exits.end.call(response, last);
    else if (this.#isWaitedFor && isFree) response.emit("drain");
  }

  #refuse(error: unknown): void {
    if (this.#state === "passing" || this.#state === "refused") return;
    const refused = error instanceof Refused ? error : badAnswer("the answer could not be swapped");
    this.#log(refused);
    this.#pieces = [];
    this.#state = "passing";
    answerWith(this.#response, refused, this.#exits);
    // What the app still writes goes nowhere.
    this.#state = "refused";
    this.#isBegun = this.#isEnded = true;
  }
}
