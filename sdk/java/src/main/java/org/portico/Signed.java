package org.portico;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/**
 * A JWS in compact form (RFC 7515) whose header was read: what a launch token and a logout token have in common.
 *
 * @param text all of it
 * @param algorithm by its header
 * @param kid the key that its header names
 */
record Signed(String text, String algorithm, String kid) {
    /** No token of Portico's has more characters. */
    static final int LONGEST = 16 * 1024;

    /** By how many seconds the issuer's clock may be ahead of ours. */
    static final int LEEWAY = 60;

    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++");

    /** The text is not what it should be, or not signed by whom it should be. */
    static final class NotSignedException extends Exception {
        NotSignedException(String message) {
            super(message);
        }
    }

    static Signed read(String text, String type, List<String> algorithms) throws NotSignedException {
        Map<String, Object> header = part(text, 0);
        // RFC 7515 §4.1.9: a media type, whose "application/" may be left out.
        String said = header.get("typ") instanceof String typ ? typ.toLowerCase(Locale.ROOT) : "";
        if (!said.equals(type) && !said.equals("application/" + type)) {
            throw new NotSignedException("another type");
        }
        if (!(header.get("alg") instanceof String algorithm && algorithms.contains(algorithm))
                || !(header.get("kid") instanceof String kid)
                || header.containsKey("crit")) {
            throw new NotSignedException("an algorithm, key or extension that is not accepted");
        }
        return new Signed(text, algorithm, kid);
    }

    /** Checks that the signature fits the key that the header names. */
    void verify(KeySet keys) throws NotSignedException {
        Key key = keys.find(kid, algorithm).orElseThrow(() -> new NotSignedException("no key for it"));
        try {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, algorithm));
            jws.setCompactSerialization(text);
            jws.setKey(key);
            // Bits that are left over would make other texts of the same token.
            if (!text.endsWith("." + jws.getEncodedSignature()) || !jws.verifySignature()) {
                throw new NotSignedException("the signature does not fit");
            }
        } catch (JoseException why) {
            throw new NotSignedException("the signature does not fit");
        }
    }

    /** What it says, whoever signed it. */
    Map<String, Object> claims() throws NotSignedException {
        return claimsUnverified(text);
    }

    /** The claims of a compact JWS that somebody else verifies. */
    static Map<String, Object> claimsUnverified(String text) throws NotSignedException {
        return part(text, 1);
    }

    /** Checks who it is from, for whom, and for how long (RFC 7519 §4.1). */
    static void checkStanding(
            Map<String, Object> claims, String issuer, String appId, double wall, Duration longestLife)
            throws NotSignedException {
        // RFC 7519 §4.1.3: one audience may stand alone or in a list.
        Object audience = claims.get("aud");
        if (!issuer.equals(claims.get("iss")) || !(appId.equals(audience) || List.of(appId).equals(audience))) {
            throw new NotSignedException("from or for somebody else");
        }
        try {
            double begins = Json.seconds(claims, "iat");
            double ends = Json.seconds(claims, "exp");
            double earliest = claims.containsKey("nbf") ? Math.max(begins, Json.seconds(claims, "nbf")) : begins;
            if (ends <= begins || ends > begins + longestLife.toSeconds()) {
                throw new NotSignedException("no life, or too long a one");
            }
            if (ends <= wall || earliest > wall + LEEWAY) {
                throw new NotSignedException("not good at this time");
            }
        } catch (Json.ShapeException why) {
            throw new NotSignedException("no times");
        }
    }

    private static Map<String, Object> part(String text, int index) throws NotSignedException {
        if (text.length() > LONGEST || !COMPACT.matcher(text).matches()) {
            throw new NotSignedException("no compact JWS");
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text.split("\\.")[index]);
            // Nothing is put in the place of what is no UTF-8.
            return Json.object(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException | IllegalArgumentException | Json.ShapeException why) {
            throw new NotSignedException("no JSON object");
        }
    }
}
