<?php
// Verifies Palier-Assertion, the gateway's word on who asks and what they proved. PHP 8.1 or newer with openssl.
//
//   $palier = new PalierAssertion('https://portail.example', 'https://portail.example',
//       'https://portail.example/.palier/jwks.json', '/var/cache/portail/palier-jwks.json');
//   $claims = $palier->verify($_SERVER['HTTP_PALIER_ASSERTION'] ?? null);
//   if ($claims === null) { http_response_code(401); exit; }
//   $account = $claims['sub'];
//
// On routes with `bind: request`: verify($token, $_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI']).
declare(strict_types=1);

final class PalierAssertion
{
    private const LIFETIME = 60;
    private const TOLERANCE = 5;
    private const KEYS_FRESH = 300;

    public function __construct(
        private string $issuer,
        private string $audience,
        private string $jwksUrl,
        private string $cacheFile,
    ) {
    }

    /** The claims, or null: then there is nobody. Throws when the keys could never be fetched. */
    public function verify(?string $token, ?string $method = null, ?string $target = null): ?array
    {
        // A header that came twice is joined with a comma and no token.
        if ($token === null || strlen($token) > 4096 || !preg_match('/^[\w-]+\.[\w-]+\.[\w-]+$/D', $token)) {
            return null;
        }
        [$head, $body, $signature] = explode('.', $token);
        $header = self::json(self::bytes($head));
        $claims = self::json(self::bytes($body));
        // The algorithm is ours to choose, and so is the key: nothing the token says about either is believed.
        if ($header === null || $claims === null || ($header['alg'] ?? null) !== 'ES256'
            || ($header['typ'] ?? null) !== 'palier-assertion+jwt' || isset($header['crit'])
            || !is_string($header['kid'] ?? null)) {
            return null;
        }
        $key = $this->key($header['kid']);
        $der = self::der(self::bytes($signature));
        if ($key === null || $der === null || openssl_verify("$head.$body", $der, $key, OPENSSL_ALGO_SHA256) !== 1) {
            return null;
        }
        return $this->isNow($claims) && self::speaksOf($claims, $method, $target) ? $claims : null;
    }

    private function isNow(array $claims): bool
    {
        $now = time();
        $iat = $claims['iat'] ?? null;
        $exp = $claims['exp'] ?? null;
        return is_int($iat) && is_int($exp)
            && $exp > $now - self::TOLERANCE && $iat <= $now + self::TOLERANCE
            && $now - $iat <= self::LIFETIME + self::TOLERANCE
            && ($claims['iss'] ?? null) === $this->issuer && ($claims['aud'] ?? null) === $this->audience
            && is_string($claims['sub'] ?? null) && $claims['sub'] !== '';
    }

    private static function speaksOf(array $claims, ?string $method, ?string $target): bool
    {
        if ($method === null || $target === null) {
            return true;
        }
        $digest = rtrim(strtr(base64_encode(hash('sha256', $target, true)), '+/', '-_'), '=');
        return is_string($claims['jti'] ?? null)
            && ($claims['htm'] ?? null) === $method && ($claims['path_digest'] ?? null) === $digest;
    }

    /** Of the keys the gateway publishes; an unknown one is looked for again, at most once a second. */
    private function key(string $kid): ?OpenSSLAsymmetricKey
    {
        clearstatcache(true, $this->cacheFile);
        $age = is_file($this->cacheFile) ? time() - filemtime($this->cacheFile) : PHP_INT_MAX;
        $keys = $age < self::KEYS_FRESH ? $this->kept() : $this->fetched();
        if (!isset($keys[$kid]) && $age < self::KEYS_FRESH && $age >= 1) {
            $keys = $this->fetched();
        }
        return isset($keys[$kid]) ? self::publicKey($keys[$kid]) : null;
    }

    private function fetched(): array
    {
        $context = stream_context_create(['http' => ['timeout' => 2, 'follow_location' => 0]]);
        $text = @file_get_contents($this->jwksUrl, false, $context, 0, 65536);
        // Through an outage of the gateway the old keys are still good.
        if ($text !== false && self::json($text) !== null) {
            file_put_contents("$this->cacheFile.new", $text);
            rename("$this->cacheFile.new", $this->cacheFile);
        }
        return $this->kept();
    }

    private function kept(): array
    {
        $set = is_file($this->cacheFile) ? self::json((string) file_get_contents($this->cacheFile)) : null;
        if ($set === null) {
            throw new RuntimeException('the keys of the gateway could not be fetched');
        }
        $sound = static fn ($key) => is_array($key) && ($key['kty'] ?? null) === 'EC'
            && ($key['crv'] ?? null) === 'P-256' && is_string($key['kid'] ?? null);
        return array_column(array_filter($set['keys'] ?? [], $sound), null, 'kid');
    }

    /** RFC 5480: the fixed beginning of a P-256 key, then the point. */
    private static function publicKey(array $jwk): ?OpenSSLAsymmetricKey
    {
        $point = self::bytes((string) $jwk['x']) . self::bytes((string) $jwk['y']);
        $spki = hex2bin('3059301306072a8648ce3d020106082a8648ce3d03010703420004') . $point;
        $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($spki), 64, "\n") . "-----END PUBLIC KEY-----\n";
        $key = strlen($point) === 64 ? openssl_pkey_get_public($pem) : false;
        return $key === false ? null : $key;
    }

    /** OpenSSL wants two integers in ASN.1, a JWS has them side by side. */
    private static function der(string $raw): ?string
    {
        if (strlen($raw) !== 64) {
            return null;
        }
        $integers = '';
        foreach (str_split($raw, 32) as $number) {
            $number = ltrim($number, "\0");
            if ($number === '' || ord($number[0]) > 127) {
                $number = "\0$number";
            }
            $integers .= "\x02" . chr(strlen($number)) . $number;
        }
        return "\x30" . chr(strlen($integers)) . $integers;
    }

    private static function bytes(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'), true);
    }

    private static function json(string $text): ?array
    {
        $value = json_decode($text, true, 16);
        return is_array($value) ? $value : null;
    }
}

// By hand: php PalierAssertion.php ISSUER AUDIENCE JWKS_URL CACHE_FILE, then a line for each token [method target].
if (PHP_SAPI === 'cli' && realpath($argv[0] ?? '') === __FILE__) {
    $palier = new PalierAssertion($argv[1], $argv[2], $argv[3], $argv[4]);
    while (($line = fgets(STDIN)) !== false) {
        $claims = $palier->verify(...explode(' ', rtrim($line, "\n")));
        echo $claims === null ? "refused\n" : "{$claims['sub']} {$claims['acr']}\n";
    }
}
