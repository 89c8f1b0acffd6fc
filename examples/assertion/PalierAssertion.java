// Verifies Palier-Assertion, the gateway's word on who asks and what they proved. Java 17 or newer, and Gson.
//
//   var palier = new PalierAssertion("https://portail.example", "https://portail.example",
//       URI.create("https://portail.example/.palier/jwks.json"));
//   var claims = palier.verify(request.getHeader("Palier-Assertion"), null, null);
//   if (claims.isEmpty()) { response.sendError(401); return; }
//   String account = claims.get().get("sub").getAsString();
//
// On routes with `bind: request`: verify(token, request.getMethod(), path and query as they came in).
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

public final class PalierAssertion {
    private static final long LIFETIME = 60, TOLERANCE = 5, KEYS_FRESH = 300;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final String issuer, audience;
    private final URI jwks;
    private Map<String, PublicKey> keys;
    private long asked;

    public PalierAssertion(String issuer, String audience, URI jwks) {
        this.issuer = issuer;
        this.audience = audience;
        this.jwks = jwks;
    }

    /** The claims, or nothing: then there is nobody. Throws when the keys could never be fetched. */
    public Optional<JsonObject> verify(String token, String method, String target) throws IOException {
        if (token == null || token.length() > 4096 || !token.matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+")) return Optional.empty();
        try {
            String[] parts = token.split("\\.");
            JsonObject header = object(parts[0]), claims = object(parts[1]);
            // The algorithm is ours to choose, and so is the key: nothing the token says about either is believed.
            if (!is(header, "alg", "ES256") || !is(header, "typ", "palier-assertion+jwt") || header.has("crit")) return Optional.empty();
            PublicKey key = key(text(header, "kid"));
            if (key == null) return Optional.empty();
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initVerify(key);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            boolean sound = signature.verify(bytes(parts[2])) && isNow(claims) && (method == null || speaksOf(claims, method, target));
            return sound ? Optional.of(claims) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException | IllegalStateException | JsonParseException flaw) {
            return Optional.empty();
        }
    }

    private boolean isNow(JsonObject claims) {
        long now = System.currentTimeMillis() / 1000;
        Long iat = number(claims, "iat"), exp = number(claims, "exp");
        String account = text(claims, "sub");
        return iat != null && exp != null && exp > now - TOLERANCE && iat <= now + TOLERANCE
            && now - iat <= LIFETIME + TOLERANCE
            && is(claims, "iss", issuer) && is(claims, "aud", audience) && account != null && !account.isEmpty();
    }

    private static boolean speaksOf(JsonObject claims, String method, String target) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.ISO_8859_1));
        return text(claims, "jti") != null && is(claims, "htm", method)
            && is(claims, "path_digest", Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
    }

    /** Of the keys the gateway publishes; an unknown one is looked for again, at most once a second. */
    private synchronized PublicKey key(String kid) throws IOException, GeneralSecurityException {
        long age = (System.nanoTime() - asked) / 1_000_000_000L;
        if (keys == null || age > KEYS_FRESH || (!keys.containsKey(kid) && age >= 1)) fetch();
        return keys.get(kid);
    }

    private void fetch() throws IOException, GeneralSecurityException {
        asked = System.nanoTime();
        try {
            HttpRequest request = HttpRequest.newBuilder(jwks).timeout(Duration.ofSeconds(2)).build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            Map<String, PublicKey> found = new HashMap<>();
            for (JsonElement one : JsonParser.parseString(answer.body()).getAsJsonObject().getAsJsonArray("keys")) {
                JsonObject jwk = one.getAsJsonObject();
                if (is(jwk, "kty", "EC") && is(jwk, "crv", "P-256")) found.put(text(jwk, "kid"), publicKey(jwk));
            }
            keys = found;
        } catch (InterruptedException | IOException | RuntimeException outage) {
            // Through an outage of the gateway the old keys are still good.
            if (keys == null) throw new IOException("the keys of the gateway could not be fetched", outage);
        }
    }

    private static PublicKey publicKey(JsonObject jwk) throws GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        ECPoint point = new ECPoint(new BigInteger(1, bytes(text(jwk, "x"))), new BigInteger(1, bytes(text(jwk, "y"))));
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static JsonObject object(String part) {
        return JsonParser.parseString(new String(bytes(part), StandardCharsets.UTF_8)).getAsJsonObject();
    }

    private static byte[] bytes(String text) {
        return Base64.getUrlDecoder().decode(text);
    }

    private static String text(JsonObject from, String name) {
        JsonElement found = from.get(name);
        return found != null && found.isJsonPrimitive() && found.getAsJsonPrimitive().isString() ? found.getAsString() : null;
    }

    private static Long number(JsonObject from, String name) {
        JsonElement found = from.get(name);
        return found != null && found.isJsonPrimitive() && found.getAsJsonPrimitive().isNumber() ? found.getAsLong() : null;
    }

    private static boolean is(JsonObject from, String name, String value) {
        return value.equals(text(from, name));
    }

    /** By hand: java -cp gson.jar PalierAssertion.java ISSUER AUDIENCE JWKS_URL, then a line for each token [method target]. */
    public static void main(String[] words) throws IOException {
        PalierAssertion palier = new PalierAssertion(words[0], words[1], URI.create(words[2]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] word = line.split(" ");
            Optional<JsonObject> found = palier.verify(word[0], word.length > 1 ? word[1] : null, word.length > 1 ? word[2] : null);
            System.out.println(found.map(claims -> text(claims, "sub") + " " + text(claims, "acr")).orElse("refused"));
        }
    }
}
