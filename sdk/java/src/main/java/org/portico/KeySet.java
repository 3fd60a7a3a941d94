package org.portico;

import java.security.Key;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** The issuer's public keys (RFC 7517), each by its id and the one algorithm that it is for. */
final class KeySet {
    private static final List<String> ALGORITHMS = List.of("EdDSA", "ES256", "RS256");

    private record Name(String kid, String algorithm) {}

    private final Map<Name, Key> keys = new HashMap<>();

    /** Reads a JWK set, passing over what is no key for an algorithm of Portico's. */
    static KeySet read(Map<String, Object> document) throws Json.ShapeException {
        if (!(document.get("keys") instanceof List<?> list)) {
            throw new Json.ShapeException("no key set");
        }
        KeySet set = new KeySet();
        for (Object one : list) {
            if (one instanceof Map<?, ?> jwk) {
                set.take(jwk);
            }
        }
        return set;
    }

    @SuppressWarnings("unchecked")
    private void take(Map<?, ?> jwk) {
        boolean signs = jwk.get("use") == null || "sig".equals(jwk.get("use"));
        if (jwk.get("kid") instanceof String kid
                && jwk.get("alg") instanceof String algorithm
                && ALGORITHMS.contains(algorithm)
                && signs) {
            try {
                Key key = PublicJsonWebKey.Factory.newPublicJwk((Map<String, Object>) jwk).getPublicKey();
                keys.put(new Name(kid, algorithm), key);
            } catch (JoseException | RuntimeException unusable) {
                // One key that this version does not understand must not make the others useless.
            }
        }
    }

    Optional<Key> find(String kid, String algorithm) {
        return Optional.ofNullable(keys.get(new Name(kid, algorithm)));
    }

    /** Whether a key of this id is published, for whichever algorithm. */
    boolean knows(String kid) {
        return keys.keySet().stream().anyMatch(name -> name.kid.equals(kid));
    }

    /** Whether nothing was taken back that the earlier set held, by what the keys are and not by their names alone. */
    boolean holdsAllOf(KeySet earlier) {
        return keys.entrySet().containsAll(earlier.keys.entrySet());
    }
}
