<?php

/**
 * Log in with Clever through PHP's FFI: the classes of the extension, as far as a login needs them, without a compiler.
 *
 * An application that uses this file runs unchanged with the extension.
 */

declare(strict_types=1);

namespace CleverSso;

use FFI;
use FFI\CData;

require_once __DIR__ . '/Results.php';
require_once __DIR__ . '/Library.php';
require_once __DIR__ . '/KeyCache.php';

/** What an application does with Clever. The parameters are those of the extension (its stub describes them). */
final class Client
{
    private readonly CData $client;
    private readonly ?KeyCache $keys;

    /**
     * @param string|list<string>|null $redirectUri
     * @param list<string> $oldPendingKeys
     * @param list<string> $returnToOrigins
     * @param float $timeout In seconds.
     *
     * @throws ConfigException
     */
    public function __construct(
        string $clientId,
        #[\SensitiveParameter] ?string $clientSecret = null,
        string|array|null $redirectUri = null,
        ?string $issuer = null,
        ?string $apiBase = null,
        ?string $baseUrl = null,
        float $timeout = 10.0,
        #[\SensitiveParameter] ?string $pendingKey = null,
        #[\SensitiveParameter] array $oldPendingKeys = [],
        array $returnToOrigins = [],
        bool $development = false,
        ?string $keyCache = null,
    ) {
        $settings = [
            // Errors then name the arguments of the constructor: CLEVER_SSO_NAMES_PHP.
            'set_setting_names' => 2,
            'set_client_secret' => $clientSecret,
            'add_redirect_uri' => $redirectUri,
            'set_base_url' => $baseUrl,
            'set_issuer' => $issuer,
            'set_api_base' => $apiBase,
            'set_pending_key' => $pendingKey,
            'add_old_pending_key' => $oldPendingKeys,
            'add_return_to_origin' => $returnToOrigins,
            'set_timeout_milliseconds' => $timeout > 0 && $timeout < 4e6 ? (int) ($timeout * 1000) : 0,
            'set_development' => $development,
        ];
        $this->client = self::made($clientId, $settings);
        $this->keys = $keyCache === null ? null : new KeyCache($keyCache);
    }

    public function __destruct()
    {
        // The constructor may have failed.
        if (isset($this->client)) {
            Library::get()->clever_sso_client_free($this->client);
        }
    }

    /** Begins a login: send the browser to its url, keep its pending. No network. */
    public function beginLogin(?string $returnTo = null, ?string $districtId = null, ?string $redirectUri = null): Login
    {
        $library = Library::get();
        $options = Library::out('clever_sso_login_options');
        $login = Library::out('clever_sso_login');
        Library::call('login_options_new', FFI::addr($options));
        try {
            $wishes = ['return_to' => $returnTo, 'district_id' => $districtId, 'redirect_uri' => $redirectUri];
            foreach (array_filter($wishes, is_string(...)) as $name => $wish) {
                Library::call("login_options_set_$name", $options, $wish);
            }
            Library::call('begin_login', $this->client, $options, FFI::addr($login));
            return Login::of($login);
        } finally {
            $library->clever_sso_login_free($login);
            $library->clever_sso_login_options_free($options);
        }
    }

    /** Finishes a login. What came of it is a value, for all of it is everyday traffic. */
    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending = null,
    ): Outcome {
        $this->takeKeys();
        $outcome = Library::out('clever_sso_outcome');
        try {
            Library::call('finish_login', $this->client, $callback, $pending, FFI::addr($outcome));
            $result = self::outcome($outcome);
        } finally {
            Library::get()->clever_sso_outcome_free($outcome);
        }
        // Without an ID token no keys were needed, and none are fetched only to be kept.
        if ($result instanceof SignedIn && $result->tokens->idToken !== null) {
            $this->shareKeys();
        }
        return $result;
    }

    /** An Instant Login link into this application for the people of a district. No network. */
    public function instantLoginUrl(string $districtId): string
    {
        return $this->given('instant_login_url', $districtId);
    }

    /** The Clever Portal of a district, or the page where people look for their school. No network. */
    public function portalUrl(?string $district = null): string
    {
        return $this->given('portal_url', $district);
    }

    /** Fetches discovery and keys before the first student comes; in a preloaded script, for the key cache. */
    public function warmUp(): void
    {
        $this->takeKeys();
        Library::call('warm_up', $this->client);
        $this->shareKeys();
    }

    /** Clever's keys as text, for another process of the same application. */
    public function exportKeys(): string
    {
        return $this->given('export_keys');
    }

    /** Takes keys that another process exported, unless fresh ones are here already. No network. */
    public function importKeys(string $keys): void
    {
        Library::call('import_keys', $this->client, $keys);
    }

    public function __debugInfo(): array
    {
        return [];
    }

    public function __serialize(): array
    {
        throw new \LogicException('A client holds secrets: it cannot be serialised');
    }

    private function __clone()
    {
    }

    /** @param array<string, string|int|bool|list<string>|null> $settings by the names of the C functions */
    private static function made(string $clientId, #[\SensitiveParameter] array $settings): CData
    {
        $config = Library::out('clever_sso_config');
        $client = Library::out('clever_sso_client');
        Library::call('config_new', $clientId, FFI::addr($config));
        try {
            foreach (array_filter($settings, fn(mixed $setting) => $setting !== null) as $name => $setting) {
                foreach ((array) $setting as $value) {
                    Library::call("config_$name", $config, $value);
                }
            }
            Library::call('client_new', $config, FFI::addr($client));
        } finally {
            Library::get()->clever_sso_config_free($config);
        }
        return $client;
    }

    private static function outcome(CData $outcome): Outcome
    {
        $library = Library::get();
        $read = fn(string $what) => $library->{"clever_sso_outcome_$what"}($outcome);
        return match ($read('kind')) {
            1 => new SignedIn(Identity::of($read('identity')), self::tokens($read('tokens')), $read('return_to')),
            2 => new Restart(Login::of($read('login')), $read('restart_reason')),
            3 => new Denied($read('denied_error'), $read('denied_description')),
        };
    }

    private static function tokens(CData $tokens): Tokens
    {
        $library = Library::get();
        return new Tokens($library->clever_sso_tokens_access_token($tokens), $library->clever_sso_tokens_id_token($tokens));
    }

    /** A call that gives a text to be freed. */
    private function given(string $function, ?string ...$arguments): string
    {
        $text = Library::out('char');
        Library::call($function, $this->client, ...[...$arguments, FFI::addr($text)]);
        try {
            return FFI::string($text);
        } finally {
            Library::get()->clever_sso_string_free($text);
        }
    }

    private function takeKeys(): void
    {
        $keys = $this->keys?->read();
        try {
            if ($keys !== null) {
                $this->importKeys($keys);
            }
        } catch (ArgumentException|CleverException) {
            // What is broken is of no use: the keys are fetched.
        }
    }

    private function shareKeys(): void
    {
        if ($this->keys?->isDue()) {
            $this->keys->write($this->exportKeys());
        }
    }
}
