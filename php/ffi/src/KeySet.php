<?php

declare(strict_types=1);

namespace CleverSso;

use FFI;

/**
 * Keys that may verify ID tokens, made once from the text of a JWKS (RFC 7517), without a client or network.
 *
 * Broken keys and keys for other purposes are ignored. It cannot be cloned or serialized. Two key sets are equal (==) when
 * their texts are.
 */
final class KeySet
{
    use NotSerializable;
    use Unchangeable;

    /** The text of the JWKS. */
    public readonly string $jwks;

    /**
     * @param string $jwks The text of the JWKS.
     *
     * @throws CleverException response_malformed when it is not a JWKS, keys_unusable when no key in it can verify.
     * @throws ArgumentException argument_invalid
     */
    public function __construct(string $jwks)
    {
        if (isset($this->jwks)) {
            throw Traces::safe(new \Error('This CleverSso\KeySet is constructed already'));
        }
        Native::keepKeySet($this, self::made($jwks));
        $this->jwks = $jwks;
    }

    private static function made(string $jwks): Handle
    {
        $keys = Library::out('clever_sso_key_set');
        Library::call('key_set_new', $jwks, FFI::addr($keys));
        return new Handle('key_set', $keys);
    }

    private function __clone(): void
    {
    }

    /**
     * Verifies an ID token.
     *
     * @param string $idToken The ID token.
     * @param string $issuer The issuer, byte for byte: https://clever.com
     * @param string $clientId The only audience.
     * @param string|null $nonce The nonce that you sent. If it is null, the token must have no nonce.
     * @param string|null $accessToken The access token that came with it. If the ID token has an at_hash, it must match.
     * @param int|null $now The time in Unix seconds. Default: this machine's clock.
     * @param int $leeway The largest allowed difference between the clocks, in seconds. At most 600.
     *
     * @return array<string, mixed> The claims.
     *
     * @throws TokenException The error code of the first rule that is broken, for example id_token_expired.
     * @throws ArgumentException argument_invalid
     */
    public function verifyIdToken(
        #[\SensitiveParameter] string $idToken,
        string $issuer,
        string $clientId,
        #[\SensitiveParameter] ?string $nonce = null,
        #[\SensitiveParameter] ?string $accessToken = null,
        ?int $now = null,
        int $leeway = 60,
    ): array {
        $argument = fn(string $which, string $must) => Traces::safe(new \ValueError(
            self::class . "::verifyIdToken(): Argument {$which} must be {$must}",
        ));
        if ($now !== null && $now < 0) {
            throw $argument('#6 ($now)', 'greater than or equal to 0');
        }
        if ($leeway < 0 || $leeway > 0xFFFFFFFF) {
            throw $argument('#7 ($leeway)', 'between 0 and 600');
        }
        $keys = Handle::of(Native::ofKeySet($this), fn(): Handle => self::made($this->jwks));
        $options = Library::out('clever_sso_verify_options');
        Library::call('verify_options_new', $issuer, $clientId, FFI::addr($options));
        try {
            $checks = ['nonce' => $nonce, 'access_token' => $accessToken, 'now' => $now, 'leeway' => $leeway];
            foreach (array_filter($checks, fn(mixed $check) => $check !== null) as $name => $check) {
                Library::call("verify_options_set_$name", $options, $check);
            }
            return Library::read('verify_id_token_with', 'claims', Reader::claims(...), $idToken, $keys, $options);
        } finally {
            Library::get()->clever_sso_verify_options_free($options);
        }
    }
}
