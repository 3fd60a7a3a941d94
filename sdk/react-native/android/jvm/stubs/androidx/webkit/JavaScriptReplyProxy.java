package androidx.webkit;

/** The signature of androidx.webkit's, to compile and test against. */
public abstract class JavaScriptReplyProxy {
  public abstract void postMessage(String message);
}
