import { originOf } from "../net/origin";

/** What a WebView asks before it goes somewhere. */
export interface NavigationRequest {
  readonly url: string;
  /** iOS tells; Android asks the native module instead. */
  readonly isTopFrame?: boolean;
}

/** Whether a page of these origins may go there. Frames inside may go anywhere: the bridge is not in them. */
export function mayNavigate(origins: readonly string[], { url, isTopFrame = true }: NavigationRequest): boolean {
  if (!isTopFrame) return true;
  const origin = originOf(url);
  return origin !== null && origins.includes(origin);
}
