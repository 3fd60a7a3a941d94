package androidx.webkit;

import android.webkit.CookieManager;
import android.webkit.WebStorage;

public interface Profile {
    CookieManager getCookieManager();

    WebStorage getWebStorage();
}
