import { Refused } from "../refused.js";
import { Wrong } from "./decide.js";

/** 400. */
export function badRequest(message: string): Refused {
  return new Refused("invalid_request", message);
}

/** 413. */
export function tooLarge(): Refused {
  return new Refused("content_too_large", "the body is larger than this route takes");
}

/** 415. */
export function wrongKind(message: string): Refused {
  return new Refused("unsupported_media_type", message);
}

/** 502. */
export function badAnswer(because: string): Refused {
  return new Refused("bad_gateway", "the answer cannot be passed on", { because });
}

/** What `swap` answers of this part of a request; a value that may not go on is refused. */
export function orRefuseRequest<T>(part: string, swap: () => T): T {
  return orRefuse(swap, ({ reason }) => {
    if (reason === "not_an_id") return badRequest(`${part} has something other than an OpenID where one belongs`);
    if (reason === "unknown") return badRequest(`${part} names an OpenID that is not known here`);
    return new Refused("access_denied", `${part} names somebody else where only the caller may be named`);
  });
}

/** What `swap` answers; a value that may not go out is refused. */
export function orRefuseAnswer<T>(swap: () => T): T {
  return orRefuse(swap, ({ reason }) =>
    badAnswer(
      reason === "not_an_id"
        ? "the answer has something other than an OpenID where one belongs"
        : "the answer names an OpenID that has no counterpart",
    ),
  );
}

function orRefuse<T>(swap: () => T, refused: (wrong: Wrong) => Refused): T {
  try {
    return swap();
  } catch (error) {
    throw error instanceof Wrong ? refused(error) : error;
  }
}
