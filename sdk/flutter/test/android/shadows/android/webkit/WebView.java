package android.webkit;

/** In place of the real one, which needs a device to be made. */
public class WebView {}
