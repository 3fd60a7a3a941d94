package androidx.webkit;

public interface ProfileStore {
    static ProfileStore getInstance() {
        return name -> null;
    }

    Profile getProfile(String name);
}
