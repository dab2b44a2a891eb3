<?php

declare(strict_types=1);

namespace CleverSso;

use FFI;
use FFI\CData;

/**
 * Everything an application does with Clever.
 *
 * Create one wherever you need it: the native client behind it, with its connections and Clever's keys, is made once per
 * process and configuration, and all objects with equal arguments share it. It works in workers that are forked after it was
 * used. It contains secrets, so you cannot clone or serialize it. Two clients are equal (==) when their configurations are.
 */
final class Client implements ClientInterface
{
    use NotSerializable;
    use Unchangeable;

    /** How errors call a setting: a clever_sso_setting_names. */
    private const NAMED_BY_ENVIRONMENT = 1;
    private const NAMED_BY_ARGUMENTS = 2;
    /** The C function for each argument. baseUrl sets issuer and apiBase, so it comes before them: they can still differ from it. */
    private const SETTERS = [
        'set_client_secret' => 'clientSecret',
        'add_redirect_uri' => 'redirectUri',
        'set_base_url' => 'baseUrl',
        'set_issuer' => 'issuer',
        'set_api_base' => 'apiBase',
        'set_pending_key' => 'pendingKey',
        'set_authorization_endpoint' => 'authorizationEndpoint',
        'set_token_endpoint' => 'tokenEndpoint',
        'set_tokeninfo_endpoint' => 'tokeninfoEndpoint',
        'set_userinfo_endpoint' => 'userinfoEndpoint',
        'set_jwks_uri' => 'jwksUri',
        'set_ca_bundle' => 'caBundle',
        'set_proxy' => 'proxy',
        'add_old_pending_key' => 'oldPendingKeys',
        'add_return_to_origin' => 'returnToOrigins',
        'set_timeout' => 'timeout',
        'set_leeway' => 'leeway',
        'set_development' => 'development',
    ];

    private static bool $isDangerTold = false;

    /** As Clever's dashboard shows it. */
    public readonly string $clientId;
    /** Where Clever's OAuth endpoints are: the issuer of this client's identities. */
    public readonly string $issuer;
    /** @var list<string> The redirect URIs. The first is the primary one. */
    public readonly array $redirectUris;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue|Hidden $hidden;

    /**
     * No network, unless $discover.
     *
     * @param string $clientId As Clever's dashboard shows it.
     * @param string|null $clientSecret As Clever's dashboard shows it. Without it, only the implicit grant
     *     (beginImplicit, finishImplicit), verifyIdToken and the calls with an access token are possible.
     * @param string|string[]|null $redirectUri One or several, exactly as registered with Clever. The first is the
     *     primary one, where logins from the Clever Portal and from Instant Login links arrive.
     * @param string|null $issuer Where Clever's OAuth endpoints are. Default: https://clever.com
     * @param string|null $apiBase Where Clever's API is. Default: https://api.clever.com
     * @param string|null $baseUrl Issuer and API at one address, such as a local emulator's.
     * @param float $timeout The deadline of a whole call in seconds, retries included.
     * @param int $leeway The largest allowed difference between the clocks, in seconds, when the times in an ID token are
     *     checked. At most 600.
     * @param string|null $pendingKey The key that encrypts pending logins, at least 16 random bytes as text. By default, it is
     *     derived from the client secret, so that every process that knows the secret can finish a login that another one
     *     began. Without a client secret, beginImplicit needs it: the same in every request, and kept secret.
     * @param string[] $oldPendingKeys Old keys, or old client secrets. Logins that they encrypted are still accepted.
     * @param string[] $returnToOrigins Origins, such as https://www.example.org, that returnTo may lead to, in addition to
     *     paths.
     * @param bool $development Whether any address may be plain http, on any host. Clever allows such redirect URIs for
     *     development applications, and containers reach an emulator by its name, such as http://clever:5999.
     * @param string|null $authorizationEndpoint Where the browser is sent, if not to Clever's usual place.
     * @param string|null $tokenEndpoint Where codes are exchanged, if not at Clever's usual place.
     * @param string|null $tokeninfoEndpoint Where access tokens are checked, if not at Clever's usual place.
     * @param string|null $userinfoEndpoint Where to fetch the claims of the person that an access token belongs to, if not at
     *     Clever's usual place.
     * @param string|null $jwksUri Where the keys are. Default: the address in the issuer's discovery document.
     * @param bool $discover Whether to fetch the issuer's discovery document now, and to take the endpoints from it that you
     *     did not set. For OpenID Providers other than Clever.
     * @param string|null $caBundle Certificates of more authorities, trusted in addition to the system's, such as those of a
     *     school network that inspects TLS. PEM text, or the path of a PEM file.
     * @param string|null $proxy The proxy, with credentials if it needs them: http://user:password@proxy.example:3128,
     *     https:// or socks5h://. It is used for every address except this machine's. By default, the environment decides
     *     when the native client is made: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, each also in lower case.
     * @param string|null $keyCache The absolute path of a file that the workers of this application use to share Clever's keys,
     *     so that not every worker must fetch them. Anyone who can write to it can sign in as anyone. The library creates it
     *     with mode 0600, and trusts it only if it is a regular file that belongs to this process's user or root, and no other
     *     user may write it. Other users must not have access to its directory either. Without such a file, or with a broken
     *     one, the keys are fetched. A file that is not a key cache is never replaced.
     * @param object|null $logger Receives a warning when the key cache cannot be used: a PSR-3 logger, any object with a method
     *     warning, or a closure that takes the line. This happens when the client is made. Exceptions of the logger during a
     *     call are dropped. By default, the line goes to PHP's error log. No PHP warning is raised.
     *
     * @throws ConfigException config_invalid, with what is wrong about which value.
     * @throws ArgumentException argument_invalid
     * @throws \ValueError When keyCache is not an absolute path, or open_basedir forbids this file or the file of caBundle.
     * @throws \TypeError When logger is neither a closure nor has a method warning.
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
        ?object $logger = null,
    ) {
        $this->open(get_defined_vars(), self::NAMED_BY_ARGUMENTS);
    }

    /**
     * Makes a client from environment variables: CLEVER_CLIENT_ID, CLEVER_REDIRECT_URI and so on.
     *
     * Every argument of the constructor has a variable: its name in capitals, with a _ between words, after CLEVER_.
     * Several redirect URIs, keys or origins are separated by spaces; true and false are 1 and 0, true and false, yes and no,
     * on and off. An empty variable is unset. Errors name the variables.
     *
     * @throws ConfigException config_invalid, with what is wrong about which variable.
     */
    public static function fromEnv(?object $logger = null): Client
    {
        $arguments = self::fromVariables();
        $client = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $client->open(['logger' => $logger] + $arguments, self::NAMED_BY_ENVIRONMENT);
        return $client;
    }

    private function __clone(): void
    {
    }

    /**
     * Begins a login: send the browser to its url, with its setCookies. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null. With it, the browser
     *     keeps at most eight logins in progress.
     * @param string|null $redirectUri One of the configured ones. Default: the primary one.
     * @param string|null $districtId The district, if it is known. Clever then skips the school picker.
     * @param string|null $returnTo Where to go after the login: a path of the application, or a URL on its own or an
     *     allowed origin. At most 1,024 bytes; characters outside ASCII are fine.
     * @param bool $switchUser Whether Clever asks the person to confirm who they are, for "Not you?" links. Without it, the
     *     person who is signed in at Clever is signed in again.
     * @param bool|null $hasSession Whether this browser has a session of the application. Pass false when you looked and
     *     found none: sign-ins that leave no session then end with session_not_kept instead of a redirect loop. With true,
     *     pages that send a signed-in person back to log in again and again end with page_not_allowed.
     * @param string|null $home Where people go after a login without returnTo: your own page. If a signed-in person is sent
     *     back to log in again and again, they go there instead of to Clever each time.
     *
     * @throws ConfigException redirect_uri_unknown, client_secret_missing
     * @throws ArgumentException return_to_unsafe, argument_invalid
     * @throws LoginException session_not_kept, page_not_allowed
     */
    public function beginLogin(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login {
        return $this->begun('begin_login', get_defined_vars());
    }

    /**
     * Finishes a login. The outcome is a value: all three kinds happen in normal use.
     *
     * Set the setCookies of the outcome, or of the exception. End the session that the browser had if endsSession is true. One
     * network round trip when Clever sends an ID token and its keys are known, otherwise up to three.
     *
     * @param string $callback The URL that the browser came back with, or its query: $_SERVER['QUERY_STRING'] ?? ''.
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return SignedIn|Restart|Denied
     *
     * @throws LoginException callback_malformed, callback_duplicate, callback_contradictory, callback_issuer;
     *     cookies_blocked, login_loop or pending_invalid when the login cannot be restarted once more
     * @throws TokenException The ID token breaks a rule: id_token_expired and the other id_token_ codes.
     * @throws ConfigException client_secret_missing
     * @throws CleverException callback_unavailable, callback_rejected, client_rejected, clever_unavailable, rate_limited
     *     and others
     * @throws NetworkException network_timeout, network_connect and others
     */
    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->finished('finish_login', $callback, $cookies);
    }

    /**
     * Like finishLogin, for applications that store pending logins in their own session. The outcome has no cookies.
     *
     * @param string $callback The URL that the browser came back with, or its query.
     * @param string|null $pending The pending login that you stored under the key of this callback (see loginKey); null when
     *     there is none.
     *
     * @return SignedIn|Restart|Denied
     *
     * @throws LoginException as finishLogin
     * @throws TokenException as finishLogin
     * @throws ConfigException as finishLogin
     * @throws CleverException as finishLogin
     * @throws NetworkException as finishLogin
     */
    public function finishLoginWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome {
        return $this->finished('finish_login_with_pending', $callback, $pending);
    }

    /**
     * Begins a login with the implicit grant, for an application without a client secret. No network.
     *
     * The browser comes back with an access token in the fragment. Clever must allow your application to use it. Without a
     * client secret, the client needs a pendingKey, the same in every request.
     *
     * @param string|null $cookies As for beginLogin, like all other arguments.
     *
     * @throws ConfigException redirect_uri_unknown; config_invalid when there is neither a client secret nor a pendingKey
     * @throws ArgumentException return_to_unsafe, argument_invalid
     * @throws LoginException session_not_kept, page_not_allowed
     */
    public function beginImplicit(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login {
        return $this->begun('begin_implicit', get_defined_vars());
    }

    /**
     * Finishes a login of beginImplicit. The outcome is a value: all three kinds happen in normal use.
     *
     * A browser does not send the fragment to a server: a page of yours must post it. The token is used only after Clever
     * said that it was issued to this application. Up to three network round trips.
     *
     * @param string $callback The fragment that the browser came back with, or the whole URL with it.
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return SignedIn|Restart|Denied
     *
     * @throws LoginException as finishLogin; callback_malformed also for a token in the query, or of a type other than bearer
     * @throws TokenException token_foreign, token_rejected
     * @throws ConfigException config_invalid when there is neither a client secret nor a pendingKey
     * @throws CleverException callback_unavailable, callback_rejected, clever_unavailable, rate_limited and others
     * @throws NetworkException network_timeout, network_connect and others
     */
    public function finishImplicit(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->finished('finish_implicit', $callback, $cookies);
    }

    /**
     * Like finishImplicit, for applications that store pending logins themselves. The outcome has no cookies.
     *
     * @param string $callback The fragment that the browser came back with, or the whole URL with it.
     * @param string|null $pending The pending login that you stored under the key of this callback (see loginKey); null when
     *     there is none.
     *
     * @return SignedIn|Restart|Denied
     *
     * @throws LoginException as finishImplicit
     * @throws TokenException as finishImplicit
     * @throws ConfigException as finishImplicit
     * @throws CleverException as finishImplicit
     * @throws NetworkException as finishImplicit
     */
    public function finishImplicitWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome {
        return $this->finished('finish_implicit_with_pending', $callback, $pending);
    }

    /**
     * The key of this callback's pending login (Login::$key). No network.
     *
     * @param string $callback The URL that the browser came back with, or its query.
     *
     * @return string|null null when the callback has no state or cannot be read.
     *
     * @throws ArgumentException argument_invalid
     */
    public function loginKey(#[\SensitiveParameter] string $callback): ?string
    {
        Native::of($this);
        return Library::given('login_key_of_callback', $callback);
    }

    /**
     * Whether a request must not act. Call it before you begin or finish a login or log a person out. No network.
     *
     * So a HEAD request, a prefetched page, an image, a script or a form of another site cannot use a code or log a person out.
     *
     * @param string $endpoint 'login', 'callback' or 'logout'.
     * @param string $method The method of this request: $_SERVER['REQUEST_METHOD'].
     * @param array $headers All headers of this request, by name, each a string or a list of them: getallheaders(). Those that
     *     decide nothing are ignored. Any bytes are fine: no header makes this fail.
     *
     * @return Refusal|null The response to send instead; null when the request may act.
     *
     * @throws ArgumentException argument_invalid
     * @throws \ValueError For another endpoint.
     */
    public function refusal(string $endpoint, string $method, array $headers): ?Refusal
    {
        $number = ['login' => 1, 'callback' => 2, 'logout' => 3][$endpoint] ?? throw Traces::safe(new \ValueError(
            __METHOD__ . '(): Argument #1 ($endpoint) must be "login", "callback" or "logout"',
        ));
        $library = Library::get();
        $request = Library::out('clever_sso_request');
        $status = $library->new('uint16_t');
        Library::call('request_new', $method, FFI::addr($request));
        try {
            // A name that is a number is not one of the headers that matter.
            foreach (array_filter($headers, is_string(...), ARRAY_FILTER_USE_KEY) as $name => $value) {
                foreach (is_array($value) ? $value : [$value] as $text) {
                    // A value that is not text is passed as bytes that are not text: no check accepts them.
                    Library::call('request_set_header', $request, $name, is_string($text) ? $text : "\xff");
                }
            }
            Library::call('request_refusal', $this->native(), $number, $request, FFI::addr($status));
        } finally {
            $library->clever_sso_request_free($request);
        }
        $allow = $status->cdata === 405 ? $library->clever_sso_endpoint_allow($number) : null;
        return $status->cdata === 0 ? null : new Refusal($status->cdata, $allow);
    }

    /**
     * The cookies to set when a person logs out. End your own session as well. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return list<SetCookie>
     */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        return $this->cookiesToSet('log_out', $cookies);
    }

    /**
     * The cookies to set when a request has a session of your application: the last sign-in was kept. Most of the time there
     * are none. Without this call, people who log out in your own way and sign in again four times in a minute get
     * session_not_kept. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return list<SetCookie>
     */
    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        return $this->cookiesToSet('session_kept', $cookies);
    }

    /**
     * Reads a switch in a query, such as switch_user=1.
     *
     * @return bool false for null, an empty text, 0, false, no and off; otherwise true.
     */
    public static function isSwitchedOn(?string $value): bool
    {
        return Library::get()->clever_sso_is_switched_on($value === null ? null : Library::text($value));
    }

    /**
     * Whether a path or URL leads to the page at $path, even if either is percent-encoded or has dot segments, double slashes
     * or a slash at the end. Do not pass a returnTo that leads to your login or logout, or each login would start the next one.
     * beginLogin itself refuses one that leads to the callback.
     */
    public static function leadsTo(string $target, string $path): bool
    {
        return Library::get()->clever_sso_leads_to(Library::text($target), Library::text($path));
    }

    /**
     * The URL that asks Clever for a code or a token, for applications that drive the flow themselves. No network.
     *
     * @param string $responseType 'code', or 'token' for the implicit grant.
     * @param string|null $redirectUri One of the configured ones. Default: the primary one.
     * @param string|null $state Comes back unchanged. Compare it with the state that you gave to this browser, using
     *     hash_equals.
     * @param string|null $nonce Comes back inside the ID token.
     * @param string|null $districtId The district, if it is known. Clever then skips the school picker.
     * @param bool $switchUser Whether Clever asks people to confirm who they are.
     * @param bool $withoutState Says that you want no state on purpose. A token needs a state or this: a token that comes back
     *     without a state may belong to anyone, so do not sign a person in with it. beginImplicit makes and checks a state by
     *     itself.
     *
     * @throws ConfigException redirect_uri_unknown
     * @throws ArgumentException argument_invalid, also for a token without a state
     * @throws \ValueError For another response type.
     */
    public function authorizeUrl(
        string $responseType = 'code',
        ?string $redirectUri = null,
        #[\SensitiveParameter] ?string $state = null,
        #[\SensitiveParameter] ?string $nonce = null,
        ?string $districtId = null,
        bool $switchUser = false,
        bool $withoutState = false,
    ): string {
        if (!in_array($responseType, ['code', 'token'], true)) {
            $argument = __METHOD__ . '(): Argument #1 ($responseType)';
            throw Traces::safe(new \ValueError("{$argument} must be either \"code\" or \"token\""));
        }
        $wishes = ['implicit' => $responseType === 'token', 'switch_user' => $switchUser, 'redirect_uri' => $redirectUri];
        $wishes += ['state' => $state, 'nonce' => $nonce, 'district_id' => $districtId, 'without_state' => $withoutState];
        return $this->with('authorize_options', $wishes, fn(CData $options) => Library::given(
            'authorize_url',
            $this->native(),
            $options,
        ));
    }

    /**
     * An Instant Login link into this application for the people of a district. No network.
     *
     * People who follow it arrive without a state, so finishLogin returns Restart first.
     *
     * @param string $districtId Clever's id of the district.
     *
     * @throws ArgumentException argument_invalid
     */
    public function instantLoginUrl(string $districtId): string
    {
        return Library::given('instant_login_url', $this->native(), $districtId);
    }

    /**
     * The Clever Portal of a district, or the page where people look for their school. No network.
     *
     * @param string|null $district The short name of the district, as in the address of its portal.
     *
     * @throws ArgumentException argument_invalid
     */
    public function portalUrl(?string $district = null): string
    {
        return Library::given('portal_url', $this->native(), $district);
    }

    /**
     * Exchanges a code, for applications that drive the flow themselves. A code works once, within a minute.
     *
     * @param string $code The code of the callback.
     * @param string|null $redirectUri The redirect URI of the authorization request. Default: the primary one.
     *
     * @throws CleverException code_rejected, client_rejected, token_request_rejected and others
     * @throws ConfigException redirect_uri_unknown, client_secret_missing
     * @throws NetworkException
     */
    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens
    {
        return Library::read('exchange_code', 'tokens', Reader::tokens(...), $this->native(), $code, $redirectUri);
    }

    /**
     * Verifies an ID token with Clever's keys, which are fetched when they are not known yet.
     *
     * @param string $idToken The ID token.
     * @param string|null $nonce The nonce that you sent. If it is null, the token must have no nonce.
     * @param string|null $accessToken The access token that came with it. If the ID token has an at_hash, it must match.
     *
     * @return array<string, mixed> The claims.
     *
     * @throws TokenException The error code of the first rule that is broken, for example id_token_expired.
     * @throws CleverException When keys must be fetched: discovery_issuer, keys_unusable and others.
     * @throws NetworkException When keys must be fetched.
     */
    public function verifyIdToken(
        #[\SensitiveParameter] string $idToken,
        #[\SensitiveParameter] ?string $nonce = null,
        #[\SensitiveParameter] ?string $accessToken = null,
    ): array {
        $given = [$this->native(), $idToken, $nonce, $accessToken];
        $this->takeKeys();
        $claims = Library::read('verify_id_token', 'claims', Reader::claims(...), ...$given);
        $this->shareKeys();
        return $claims;
    }

    /**
     * Asks Clever whether an access token was issued to this application.
     *
     * The implicit grant has no other protection against a token that was issued to another application: call this before you
     * trust a token from a browser.
     *
     * @throws TokenException token_foreign, token_rejected
     * @throws CleverException
     * @throws NetworkException
     */
    public function checkToken(#[\SensitiveParameter] string $accessToken): TokenInfo
    {
        return Library::read('check_token', 'token_info', Reader::tokenInfo(...), $this->native(), $accessToken);
    }

    /**
     * Who an access token belongs to.
     *
     * @throws TokenException token_rejected
     * @throws CleverException
     * @throws NetworkException
     */
    public function me(#[\SensitiveParameter] string $accessToken): Me
    {
        return Library::read('me', 'me_record', Reader::me(...), $this->native(), $accessToken);
    }

    /**
     * A person's record.
     *
     * @param string $id The Clever id of the person.
     *
     * @throws TokenException token_rejected
     * @throws ArgumentException argument_invalid, when this cannot be an id
     * @throws CleverException not_found and others
     * @throws NetworkException
     */
    public function user(#[\SensitiveParameter] string $accessToken, string $id): User
    {
        return Library::read('user', 'user_record', Reader::user(...), $this->native(), $accessToken, $id);
    }

    /**
     * A district's record.
     *
     * @param string $id Clever's id of the district.
     *
     * @throws TokenException token_rejected
     * @throws ArgumentException argument_invalid, when this cannot be an id
     * @throws CleverException not_found and others
     * @throws NetworkException
     */
    public function district(#[\SensitiveParameter] string $accessToken, string $id): District
    {
        return Library::read('district', 'district_record', Reader::district(...), $this->native(), $accessToken, $id);
    }

    /**
     * The claims of the person that an access token belongs to (OpenID Connect Core 5.3).
     *
     * @param string|null $subject The sub of the ID token that came with it. A response about another person is refused.
     *
     * @throws TokenException userinfo_subject, token_rejected
     * @throws CleverException
     * @throws NetworkException
     */
    public function userinfo(#[\SensitiveParameter] string $accessToken, ?string $subject = null): UserInfo
    {
        return Library::read('userinfo', 'userinfo_record', Reader::userinfo(...), $this->native(), $accessToken, $subject);
    }

    /**
     * Does one-time setup up front: fetches discovery and keys, and seeds the random number generator, which takes some tens of
     * milliseconds. Call it in the script that FPM preloads.
     *
     * @throws CleverException discovery_issuer, keys_unusable and others
     * @throws NetworkException
     */
    public function warmUp(): void
    {
        $this->takeKeys();
        Library::call('warm_up', $this->native());
        $this->shareKeys();
    }

    /**
     * Clever's keys as text, for another process of the same application; $keyCache does this by itself.
     *
     * They are fetched when they are not known yet. Store the text where no other user can write: a person who can change it
     * can sign in as anyone.
     *
     * @throws CleverException discovery_issuer, keys_unusable and others
     * @throws NetworkException
     */
    public function exportKeys(): string
    {
        return Library::given('export_keys', $this->native());
    }

    /**
     * Takes keys that another process exported, unless there are fresh ones already. They must pass the same rules as fetched
     * keys. No network.
     *
     * @param string $keys The text from exportKeys.
     *
     * @throws ArgumentException argument_invalid when the text was not exported for this issuer
     * @throws CleverException keys_unusable, response_malformed
     */
    public function importKeys(string $keys): void
    {
        Library::call('import_keys', $this->native(), $keys);
    }

    /**
     * What this process has counted for this configuration: logins, requests, retries, durations. docs/stats.md lists the
     * numbers. No network. Each worker counts for itself.
     */
    public function stats(): Stats
    {
        return Library::read('client_stats', 'stats', Reader::stats(...), $this->native());
    }

    /**
     * Checks the whole setup: settings, network, TLS, clock, keys, credentials and redirect URIs. It takes at most 15 seconds,
     * logs no one in and uses no code. What is wrong is in the report, which contains no secret: docs/doctor.md.
     *
     * @throws InternalException
     */
    public function doctor(): Report
    {
        return Library::read('doctor', 'report', Reader::report(...), $this->native());
    }

    /**
     * Like doctor, for the settings in environment variables, even if a client does not accept them: the first problem then
     * says what is wrong with them.
     *
     * @throws InternalException
     */
    public static function doctorFromEnv(): Report
    {
        try {
            Library::get();
        } catch (ConfigException $error) {
            return new Report([new Finding('settings', 'problem', $error->getMessage(), null), Reader::versions()]);
        }
        try {
            $arguments = self::fromVariables();
            self::checkFiles($arguments, self::NAMED_BY_ENVIRONMENT);
            $config = self::configured($arguments, self::NAMED_BY_ENVIRONMENT);
        } catch (ConfigException | ArgumentException $error) {
            return new Report([Reader::wrongSetting($error), Reader::versions()]);
        }
        try {
            $doctor = $arguments['discover'] ? 'config_doctor_with_discovery' : 'config_doctor';
            return Library::read($doctor, 'report', Reader::report(...), $config);
        } finally {
            Library::get()->clever_sso_config_free($config);
        }
    }

    /** @return array<string, mixed> The default of every argument of the constructor. */
    private static function defaults(): array
    {
        $defaults = [];
        foreach ((new \ReflectionMethod(self::class, '__construct'))->getParameters() as $parameter) {
            $isOptional = $parameter->isDefaultValueAvailable();
            $defaults[$parameter->getName()] = $isOptional ? $parameter->getDefaultValue() : null;
        }
        return $defaults;
    }

    /** @return array<string, mixed> Every argument of the constructor, from environment variables where they are set. */
    private static function fromVariables(): array
    {
        return Environment::read(array_diff(array_keys(self::defaults()), ['logger'])) + self::defaults();
    }

    /**
     * @param array<string, mixed> $given Every argument of the constructor.
     * @param int $names How errors call a setting.
     */
    private function open(#[\SensitiveParameter] array $given, int $names): void
    {
        if (isset($this->hidden)) {
            throw Traces::safe(new \Error('This CleverSso\Client is constructed already'));
        }
        self::checkTexts($given);
        self::checkFiles($given, $names);
        $logger = $given['logger'];
        if ($logger !== null && !Log::isLogger($logger)) {
            throw Traces::safe(new \TypeError(
                self::class . '::__construct(): Argument #22 ($logger) must have a method warning, or be a closure',
            ));
        }
        unset($given['logger']);
        ksort($given);
        // Copies: an item that is a reference, as `foreach` leaves the last one, would change with the caller's variable.
        foreach (['redirectUri', 'oldPendingKeys', 'returnToOrigins'] as $name) {
            $given[$name] = array_values(array_map(strval(...), (array) $given[$name]));
        }
        $fingerprint = hash('sha256', serialize($given));
        $keys = $given['keyCache'] === null ? null : new KeyCache($given['keyCache']);
        $native = Native::shared($fingerprint, $keys, static fn(): Handle => self::made($given, $names), $logger);
        $native->belongsTo($this);
        $this->clientId = $given['clientId'];
        $this->issuer = Library::get()->clever_sso_client_issuer($native->handle()->data());
        $this->redirectUris = $given['redirectUri'];
        $this->hidden = Hidden::of([$fingerprint, self::kept($logger)]);
        if (Traces::danger() !== null && !self::$isDangerTold) {
            self::$isDangerTold = true;
            Log::warn($logger, Traces::danger() . '; ' . Traces::ADVICE);
        }
    }

    /**
     * A generator that holds the logger. Neither a dump nor == sees what a generator holds. PHP collects a client that its own
     * logger refers to, which it does not do for a WeakMap before 8.3.
     */
    private static function kept(?object $logger): \Generator
    {
        yield $logger;
    }

    private function logger(): ?object
    {
        return $this->hidden->getValue()[1]->current();
    }

    /** @param array<string, mixed> $given */
    private static function checkTexts(#[\SensitiveParameter] array $given): void
    {
        foreach (['redirectUri' => 3, 'oldPendingKeys' => 10, 'returnToOrigins' => 11] as $name => $number) {
            foreach (array_filter((array) $given[$name], fn(mixed $item) => !is_string($item)) as $item) {
                $found = get_debug_type($item);
                $argument = self::class . "::__construct(): Argument #{$number} (\${$name})";
                throw Traces::safe(new \TypeError("{$argument} must hold only strings, {$found} found"));
            }
        }
    }

    /**
     * The library reads these files, and does not know open_basedir.
     *
     * @param array<string, mixed> $given
     */
    private static function checkFiles(#[\SensitiveParameter] array $given, int $names): void
    {
        $refused = ['keyCache' => $given['keyCache'] === null ? null : KeyCache::refused($given['keyCache'])];
        $bundle = $given['caBundle'];
        if ($bundle !== null && !str_contains($bundle, '-----BEGIN') && Library::isOutOfReach($bundle)) {
            $refused['caBundle'] = 'be PEM text, or a file that open_basedir allows';
        }
        foreach (array_filter($refused) as $name => $expected) {
            if ($names === self::NAMED_BY_ENVIRONMENT) {
                throw Environment::wrong(Environment::variable($name) . " must {$expected}");
            }
            $number = ['caBundle' => 19, 'keyCache' => 21][$name];
            $argument = self::class . "::__construct(): Argument #{$number} (\${$name})";
            throw Traces::safe(new \ValueError("{$argument} must {$expected}"));
        }
    }

    /** @param array<string, mixed> $given */
    private static function made(#[\SensitiveParameter] array $given, int $names): Handle
    {
        $config = self::configured($given, $names);
        $client = Library::out('clever_sso_client');
        try {
            // Last: it uses the settings so far, and fills in only the missing ones.
            if ($given['discover']) {
                Library::call('config_discover', $config);
            }
            Library::call('client_new', $config, FFI::addr($client));
        } finally {
            Library::get()->clever_sso_config_free($config);
        }
        return new Handle('client', $client);
    }

    /**
     * The native settings. The caller frees them.
     *
     * @param array<string, mixed> $given
     */
    private static function configured(#[\SensitiveParameter] array $given, int $names): CData
    {
        $config = Library::out('clever_sso_config');
        Library::call('config_new', $given['clientId'], FFI::addr($config));
        try {
            Library::call('config_set_setting_names', $config, $names);
            foreach (self::SETTERS as $setter => $name) {
                foreach (array_filter((array) $given[$name], fn(mixed $value) => $value !== null) as $value) {
                    Library::call("config_$setter", $config, $value);
                }
            }
        } catch (Exception $error) {
            Library::get()->clever_sso_config_free($config);
            throw $error;
        }
        return $config;
    }

    private function native(): Handle
    {
        return Native::of($this)->handle();
    }

    /**
     * A call with options.
     *
     * @template T
     *
     * @param string $noun The noun of the options in C.
     * @param array<string, string|bool|null> $wishes By the names of the functions in C; null means unset.
     * @param callable(CData): T $call
     *
     * @return T
     */
    private function with(string $noun, #[\SensitiveParameter] array $wishes, callable $call): mixed
    {
        $this->native();
        $options = Library::out("clever_sso_{$noun}");
        Library::call("{$noun}_new", FFI::addr($options));
        try {
            foreach (array_filter($wishes, fn(mixed $wish) => $wish !== null) as $name => $wish) {
                Library::call("{$noun}_set_{$name}", $options, $wish);
            }
            return $call($options);
        } finally {
            Library::get()->{"clever_sso_{$noun}_free"}($options);
        }
    }

    /** @return list<SetCookie> */
    private function cookiesToSet(string $function, #[\SensitiveParameter] ?string $cookies): array
    {
        $read = fn(CData $logout) => Reader::cookies('logout', $logout);
        return Library::read($function, 'logout', $read, $this->native(), $cookies);
    }

    /** @param array<string, string|bool|null> $given The arguments of the call, by their names. */
    private function begun(string $function, #[\SensitiveParameter] array $given): Login
    {
        $wishes = ['cookies' => $given['cookies'], 'redirect_uri' => $given['redirectUri'], 'home' => $given['home']];
        $wishes += ['district_id' => $given['districtId'], 'return_to' => $given['returnTo']];
        $wishes += ['switch_user' => $given['switchUser'], 'has_session' => $given['hasSession']];
        return $this->with('login_options', $wishes, fn(CData $options) => Library::read(
            $function,
            'login',
            Reader::login(...),
            $this->native(),
            $options,
        ));
    }

    private function finished(
        string $function,
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $kept,
    ): Outcome {
        $given = [$this->native(), $callback, $kept];
        $this->takeKeys();
        $outcome = Library::read($function, 'outcome', Reader::outcome(...), ...$given);
        // Without an ID token, the login needed no keys: do not fetch them only to cache them.
        if ($outcome instanceof SignedIn && $outcome->tokens->idToken !== null) {
            $this->shareKeys();
        }
        return $outcome;
    }

    private function takeKeys(): void
    {
        Native::of($this)->keys?->take($this->importKeys(...), $this->logger());
    }

    private function shareKeys(): void
    {
        Native::of($this)->keys?->share($this->exportKeys(...), $this->logger());
    }
}
