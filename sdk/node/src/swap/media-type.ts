/** A media type (RFC 9110 §8.3.1), in small letters but for the values of its parameters. */
export interface MediaType {
  /** Type and subtype, such as `application/json`. */
  readonly essence: string;
  readonly subtype: string;
  /** The parameters in their order, those of one name each. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** Type and subtype, before whose parameters white space may stand. */
const ESSENCE = new RegExp(`^(${TOKEN}/(${TOKEN}))(?:[ \\t]*;|$)`);
/** A parameter, whose value is a token or stands in quotes; escapes in them are read in many ways, and stay. */
const PARAMETER = new RegExp(` *(${TOKEN})=(?:"([ !#-~]+)" *|(${TOKEN}|$))(?:;|$)`, "y");

/**
 * Reads a `Content-Type` by its grammar alone; undefined where it is written in another way. What lenient readers make
 * of such a one differs.
 */
export function readMediaType(text: string): MediaType | undefined {
  const spaced = text.replaceAll("\t", " ");
  const [head, essence = "", subtype = ""] = ESSENCE.exec(spaced) ?? [];
  if (head === undefined) return undefined;
  const parameters: [string, string][] = [];
  PARAMETER.lastIndex = head.length;
  while (/[^ ]/.test(spaced.slice(PARAMETER.lastIndex))) {
    const found = PARAMETER.exec(spaced);
    if (!found) return undefined;
    const [, name = "", quoted, token = ""] = found;
    parameters.push([name.toLowerCase(), quoted ?? token]);
  }
  return { essence: essence.toLowerCase(), subtype: subtype.toLowerCase(), parameters };
}

/** The values of the parameters of this name. */
export function parametersOf({ parameters }: MediaType, name: string): string[] {
  return parameters.filter(([own]) => own === name).map(([, value]) => value);
}
