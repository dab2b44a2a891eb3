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

    /** Begins a login: send the browser to its url, with its setCookies. No network. */
    public function beginLogin(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
    ): Login {
        $library = Library::get();
        $options = Library::out('clever_sso_login_options');
        $login = Library::out('clever_sso_login');
        Library::call('login_options_new', FFI::addr($options));
        try {
            $wishes = ['cookies' => $cookies, 'redirect_uri' => $redirectUri, 'district_id' => $districtId];
            $wishes += ['return_to' => $returnTo, 'switch_user' => $switchUser, 'has_session' => $hasSession];
            foreach (array_filter($wishes, fn(mixed $wish) => $wish !== null) as $name => $wish) {
                Library::call("login_options_set_$name", $options, $wish);
            }
            Library::call('begin_login', $this->client, $options, FFI::addr($login));
            return Login::of($login);
        } finally {
            $library->clever_sso_login_free($login);
            $library->clever_sso_login_options_free($options);
        }
    }

    /** Finishes a login: set the setCookies of the outcome, or of the exception, and do as endsSession says. */
    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->finished('finish_login', $callback, $cookies);
    }

    /** The same for applications that keep pending logins in a session of their own. The outcome has no cookies. */
    public function finishLoginWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome {
        return $this->finished('finish_login_with_pending', $callback, $pending);
    }

    /** The key under which the pending login of this callback was kept; null when the callback has no state. */
    public function loginKey(#[\SensitiveParameter] string $callback): ?string
    {
        return Library::given('login_key_of_callback', $callback);
    }

    /**
     * Whether a request must not act, and how to answer it then. No network.
     *
     * @param string $endpoint 'login', 'callback' or 'logout'.
     * @param array<string, string|list<string>> $headers All of this request: getallheaders().
     */
    public function refusal(string $endpoint, string $method, array $headers): ?Refusal
    {
        $number = ['login' => 1, 'callback' => 2, 'logout' => 3][$endpoint] ?? throw new \ValueError(
            __METHOD__ . '(): Argument #1 ($endpoint) must be "login", "callback" or "logout"',
        );
        $library = Library::get();
        $request = Library::out('clever_sso_request');
        $status = $library->new('uint16_t');
        Library::call('request_new', $method, FFI::addr($request));
        try {
            // A name that is a number is none of those that matter.
            foreach (array_filter($headers, is_string(...), ARRAY_FILTER_USE_KEY) as $name => $value) {
                $text = is_array($value) && count($value) === 1 ? reset($value) : $value;
                // What is no text is handed over as what the library refuses, if that header matters.
                Library::call('request_set_header', $request, $name, is_string($text) ? $text : "\xff");
            }
            Library::call('request_refusal', $this->client, $number, $request, FFI::addr($status));
        } finally {
            $library->clever_sso_request_free($request);
        }
        $allow = $status->cdata === 405 ? $library->clever_sso_endpoint_allow($number) : null;
        return $status->cdata === 0 ? null : new Refusal($status->cdata, $allow);
    }

    /**
     * The cookies to set when somebody logs out. End your own session as well. No network.
     *
     * @return list<SetCookie>
     */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        $logout = Library::out('clever_sso_logout');
        Library::call('log_out', $this->client, $cookies, FFI::addr($logout));
        try {
            return SetCookie::all('logout', $logout);
        } finally {
            Library::get()->clever_sso_logout_free($logout);
        }
    }

    /** An Instant Login link into this application for the people of a district. No network. */
    public function instantLoginUrl(string $districtId): string
    {
        return Library::given('instant_login_url', $this->client, $districtId);
    }

    /** The Clever Portal of a district, or the page where people look for their school. No network. */
    public function portalUrl(?string $district = null): string
    {
        return Library::given('portal_url', $this->client, $district);
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
        return Library::given('export_keys', $this->client);
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

    private function finished(
        string $function,
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $kept,
    ): Outcome {
        $this->takeKeys();
        $outcome = Library::out('clever_sso_outcome');
        try {
            Library::call($function, $this->client, $callback, $kept, FFI::addr($outcome));
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

    private static function outcome(CData $outcome): Outcome
    {
        $library = Library::get();
        $read = fn(string $what) => $library->{"clever_sso_outcome_$what"}($outcome);
        $browser = [SetCookie::all('outcome', $outcome), $read('ends_session')];
        return match ($read('kind')) {
            1 => new SignedIn(
                Identity::of($read('identity')),
                self::tokens($read('tokens')),
                $read('return_to'),
                ...$browser,
            ),
            2 => new Restart(Login::of($read('login')), $read('restart_reason'), ...$browser),
            3 => new Denied($read('denied_error'), $read('denied_description'), ...$browser),
        };
    }

    private static function tokens(CData $tokens): Tokens
    {
        $library = Library::get();
        return new Tokens($library->clever_sso_tokens_access_token($tokens), $library->clever_sso_tokens_id_token($tokens));
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
