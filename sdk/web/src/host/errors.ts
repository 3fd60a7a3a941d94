import { PorticoError } from "../shared/errors.js";

/** The person has to be asked before this mini-program may be launched, and was not (or not to an end). */
export class ConsentRequired extends PorticoError {
  declare readonly appId: string;
  /** The scopes that have never been decided. */
  declare readonly scope: string;
  /** The request's id, for hosts that ask by themselves: `GET` and `POST /v1/consents/{request}`. */
  declare readonly request: string;
  /**
   * The page that asks, complete with `return_to` (the host's redirect URI), language and theme. A secret: it goes to
   * nobody but the person's browser. It opens once, within ten minutes, as a top-level page, and ends at the redirect
   * URI with `consent=done` or `consent=expired`.
   */
  declare readonly url: string;

  /** @internal */
  constructor(asked: Pick<ConsentRequired, "appId" | "scope" | "request" | "url">) {
    super("consent_required");
    Object.assign(this, asked);
  }
}
