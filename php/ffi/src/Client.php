<?php

declare(strict_types=1);

namespace CleverSso;

use FFI;
use FFI\CData;

/** What an application does with Clever. The parameters are those of the extension (its stub describes them). */
final class Client
{
    use NotSerializable;

    private readonly CData $client;
    private readonly ?KeyCache $keys;

    /**
     * @param string|list<string>|null $redirectUri
     * @param float $timeout In seconds.
     * @param int $leeway In seconds.
     * @param list<string> $oldPendingKeys
     * @param list<string> $returnToOrigins
     *
     * @throws ConfigException
     * @throws ArgumentException
     * @throws \ValueError
     */
    public function __construct(
        string $clientId,
        #[\SensitiveParameter] ?string $clientSecret = null,
        string|array|null $redirectUri = null,
        ?string $issuer = null,
        ?string $apiBase = null,
        ?string $baseUrl = null,
        float $timeout = 10.0,
        int $leeway = 60,
        #[\SensitiveParameter] ?string $pendingKey = null,
        #[\SensitiveParameter] array $oldPendingKeys = [],
        array $returnToOrigins = [],
        bool $development = false,
        ?string $authorizationEndpoint = null,
        ?string $tokenEndpoint = null,
        ?string $tokeninfoEndpoint = null,
        ?string $userinfoEndpoint = null,
        ?string $jwksUri = null,
        bool $discover = false,
        ?string $caBundle = null,
        #[\SensitiveParameter] ?string $proxy = null,
        ?string $keyCache = null,
    ) {
        if (isset($this->client)) {
            throw new \Error('This CleverSso\Client is constructed already');
        }
        self::checkTexts(['redirectUri' => (array) $redirectUri] + compact('oldPendingKeys', 'returnToOrigins'));
        // The library reads it, and knows nothing of open_basedir.
        if ($caBundle !== null && !str_contains($caBundle, '-----BEGIN') && Library::isOutOfReach($caBundle)) {
            throw new \ValueError(
                __METHOD__ . '(): Argument #19 ($caBundle) must be PEM text, or a file that open_basedir allows',
            );
        }
        $this->keys = $keyCache === null ? null : new KeyCache($keyCache);
        $this->client = self::made($clientId, [
            // Errors then name the arguments of the constructor: CLEVER_SSO_NAMES_PHP.
            'set_setting_names' => 2,
            'set_client_secret' => $clientSecret,
            'add_redirect_uri' => $redirectUri,
            // Both at once first, so that one of them can still be elsewhere.
            'set_base_url' => $baseUrl,
            'set_issuer' => $issuer,
            'set_api_base' => $apiBase,
            'set_pending_key' => $pendingKey,
            'set_authorization_endpoint' => $authorizationEndpoint,
            'set_token_endpoint' => $tokenEndpoint,
            'set_tokeninfo_endpoint' => $tokeninfoEndpoint,
            'set_userinfo_endpoint' => $userinfoEndpoint,
            'set_jwks_uri' => $jwksUri,
            'set_ca_bundle' => $caBundle,
            'set_proxy' => $proxy,
            'add_old_pending_key' => $oldPendingKeys,
            'add_return_to_origin' => $returnToOrigins,
            'set_timeout' => $timeout,
            'set_leeway' => $leeway,
            'set_development' => $development,
        ], $discover);
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
        ?string $home = null,
    ): Login {
        $library = Library::get();
        $options = Library::out('clever_sso_login_options');
        $login = Library::out('clever_sso_login');
        Library::call('login_options_new', FFI::addr($options));
        try {
            $wishes = ['cookies' => $cookies, 'redirect_uri' => $redirectUri, 'district_id' => $districtId];
            $wishes += ['return_to' => $returnTo, 'switch_user' => $switchUser, 'has_session' => $hasSession, 'home' => $home];
            foreach (array_filter($wishes, fn(mixed $wish) => $wish !== null) as $name => $wish) {
                Library::call("login_options_set_$name", $options, $wish);
            }
            Library::call('begin_login', $this->client, $options, FFI::addr($login));
            return Reader::login($login);
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
                foreach (is_array($value) ? $value : [$value] as $text) {
                    // What is no text is handed over as bytes that are none: a value that nobody would believe.
                    Library::call('request_set_header', $request, $name, is_string($text) ? $text : "\xff");
                }
            }
            Library::call('request_refusal', $this->client, $number, $request, FFI::addr($status));
        } finally {
            $library->clever_sso_request_free($request);
        }
        $allow = $status->cdata === 405 ? $library->clever_sso_endpoint_allow($number) : null;
        return $status->cdata === 0 ? null : Reader::refusal($status->cdata, $allow);
    }

    /**
     * The cookies to set when somebody logs out. End your own session as well. No network.
     *
     * @return list<SetCookie>
     */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        return $this->cookiesToSet('log_out', $cookies);
    }

    /**
     * The cookies to set when a request comes with a session: the last sign-in was kept. No network.
     *
     * @return list<SetCookie>
     */
    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        return $this->cookiesToSet('session_kept', $cookies);
    }

    /** What a switch in a query says, such as switch_user=1. */
    public static function isSwitchedOn(?string $value): bool
    {
        return Library::get()->clever_sso_is_switched_on($value === null ? null : Library::text($value));
    }

    /** Whether a path or URL leads to the page at $path, however either is written. */
    public static function leadsTo(string $target, string $path): bool
    {
        return Library::get()->clever_sso_leads_to(Library::text($target), Library::text($path));
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

    private function __clone()
    {
    }

    /** @param array<string, array<mixed>> $lists by their names, in the order of the parameters */
    private static function checkTexts(#[\SensitiveParameter] array $lists): void
    {
        foreach ($lists as $name => $list) {
            foreach (array_filter($list, fn(mixed $item) => !is_string($item)) as $item) {
                $number = ['redirectUri' => 3, 'oldPendingKeys' => 10, 'returnToOrigins' => 11][$name];
                $found = get_debug_type($item);
                $argument = self::class . "::__construct(): Argument #{$number} (\${$name})";
                throw new \TypeError("{$argument} must hold only strings, {$found} found");
            }
        }
    }

    /** @param array<string, string|int|bool|list<string>|null> $settings by the names of the C functions */
    private static function made(string $clientId, #[\SensitiveParameter] array $settings, bool $discover): CData
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
            // Last: it asks with what was set, and takes only what was not.
            if ($discover) {
                Library::call('config_discover', $config);
            }
            Library::call('client_new', $config, FFI::addr($client));
        } finally {
            Library::get()->clever_sso_config_free($config);
        }
        return $client;
    }

    /** @return list<SetCookie> */
    private function cookiesToSet(string $function, #[\SensitiveParameter] ?string $cookies): array
    {
        $logout = Library::out('clever_sso_logout');
        Library::call($function, $this->client, $cookies, FFI::addr($logout));
        try {
            return Reader::cookies('logout', $logout);
        } finally {
            Library::get()->clever_sso_logout_free($logout);
        }
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
            $result = Reader::outcome($outcome);
        } finally {
            Library::get()->clever_sso_outcome_free($outcome);
        }
        // Without an ID token no keys were needed, and none are fetched only to be kept.
        if ($result instanceof SignedIn && $result->tokens->idToken !== null) {
            $this->shareKeys();
        }
        return $result;
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
