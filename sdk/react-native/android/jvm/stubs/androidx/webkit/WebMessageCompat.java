package androidx.webkit;

/** The signature of androidx.webkit's, to compile and test against. */
public class WebMessageCompat {
  private final String data;

  public WebMessageCompat(String data) {
    this.data = data;
  }

  public String getData() {
    return data;
  }
}
