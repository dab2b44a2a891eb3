<?php

declare(strict_types=1);

namespace CleverSso;

use FFI;
use FFI\CData;

/**
 * Everything an application does with Clever.
 *
 * Make one wherever it is needed: the native client below it, with its connections and Clever's keys, is made once per
 * process and configuration, and shared by every object with equal arguments. It works in workers that were forked
 * after it was used. It holds secrets, and can be neither cloned nor serialized. Two clients are equal (==) when their
 * configurations are.
 */
final readonly class Client implements ClientInterface
{
    use NotSerializable;

    /** As a clever_sso_setting_names. */
    private const NAMED_BY_ENVIRONMENT = 1;
    private const NAMED_BY_ARGUMENTS = 2;
    /** The functions in C, and the arguments that they take. Both addresses at once first, so that one can still be elsewhere. */
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

    /** As Clever's dashboard shows it. */
    public string $clientId;
    /** Where Clever's OAuth endpoints are: what an identity of this client names as its issuer. */
    public string $issuer;
    /** @var list<string> The redirect URIs. The first is the primary one. */
    public array $redirectUris;
    /** @internal What no dump, export or cast shows. */
    private \SensitiveParameterValue $hidden;

    /**
     * No network, unless $discover.
     *
     * @param string $clientId As Clever's dashboard shows it.
     * @param string|null $clientSecret As Clever's dashboard shows it. Without one only the implicit grant
     *     (beginImplicit, finishImplicit), verifyIdToken and the calls with an access token are possible.
     * @param string|string[]|null $redirectUri One or several, exactly as registered with Clever. The first is the
     *     primary one, where logins from the Clever Portal and from Instant Login links arrive.
     * @param string|null $issuer Where Clever's OAuth endpoints are. Default: https://clever.com
     * @param string|null $apiBase Where Clever's API is. Default: https://api.clever.com
     * @param string|null $baseUrl Issuer and API at one address, as a local emulator has them.
     * @param float $timeout The deadline of a whole call in seconds, retries included.
     * @param int $leeway How many seconds two clocks may differ when the times in an ID token are checked, at most 600.
     * @param string|null $pendingKey What seals pending logins, at least 16 random bytes as text. By default it is
     *     derived from the client secret, so that every process that knows the secret can finish a login which another
     *     one began. Without a client secret, beginImplicit needs it: the same in every request, and known to nobody else.
     * @param string[] $oldPendingKeys Keys, or client secrets, that sealed pending logins until now and are still
     *     accepted.
     * @param string[] $returnToOrigins Origins, such as https://www.example.org, to which returnTo may lead besides
     *     paths.
     * @param bool $development Whether every address may be plain http, on any host. Clever allows such redirect URIs
     *     for development applications, and containers reach an emulator by its name, as http://clever:5999.
     * @param string|null $authorizationEndpoint Where the browser is sent, if not to Clever's usual place.
     * @param string|null $tokenEndpoint Where codes are exchanged, if not at Clever's usual place.
     * @param string|null $tokeninfoEndpoint Where access tokens are asked about, if not at Clever's usual place.
     * @param string|null $userinfoEndpoint Where the claims of an access token's person are, if not at Clever's usual
     *     place.
     * @param string|null $jwksUri Where the keys are. By default the issuer's discovery document says it.
     * @param bool $discover Whether to ask the issuer for its discovery document now, and to take from it the endpoints
     *     that are not given: for OpenID Providers other than Clever.
     * @param string|null $caBundle Certificates of further authorities, trusted in addition to the system's: those of a
     *     school network that inspects TLS. PEM text, or the path of a PEM file.
     * @param string|null $proxy The proxy, with credentials if it needs them: http://user:password@proxy.example:3128,
     *     https:// or socks5h://. It is used for every address but this machine's. By default the environment decides
     *     when the native client is made: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, each also in lower case.
     * @param string|null $keyCache A file, by its absolute path, through which the workers of this application share
     *     Clever's keys, so that not each of them must fetch them. Anyone who can write to it can sign in as anybody. It is
     *     made with mode 0600, and not believed unless it is a plain file that belongs to this process's user or root and
     *     nobody else may write. Its directory must be closed to others as well. Without such a file, or with a broken
     *     one, the keys are fetched.
     * @param object|null $logger What is told when the key cache cannot be used: a PSR-3 logger, or any object with its
     *     method warning, or a closure that takes the line. It is told when the client is made, and what it throws during
     *     a call is dropped. By default the line goes to PHP's error log. No warning of PHP is raised.
     *
     * @throws ConfigException config_invalid, with what is wrong about which value.
     * @throws ArgumentException argument_invalid
     * @throws \ValueError When keyCache is no absolute path, or open_basedir forbids that file or the one of caBundle.
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
        $arguments = Environment::read(array_diff(array_keys(self::defaults()), ['logger']));
        $client = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $client->open(['logger' => $logger] + $arguments + self::defaults(), self::NAMED_BY_ENVIRONMENT);
        return $client;
    }

    private function __clone(): void
    {
    }

    /**
     * Begins a login: send the browser to its url, with its setCookies. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null. With it the browser
     *     keeps at most eight logins in flight.
     * @param string|null $redirectUri One of the configured ones. Default: the primary one.
     * @param string|null $districtId The district, if it is known. Clever then skips the school picker.
     * @param string|null $returnTo Where to go after the login: a path of the application, or a URL on its own or an
     *     allowed origin. At most 1,024 bytes; characters outside ASCII are fine.
     * @param bool $switchUser Whether Clever lets the person confirm who they are, for "Not you?" links. Without it, the
     *     person who is signed in at Clever is signed in again.
     * @param bool|null $hasSession Whether this browser has a session of the application. Pass false when you looked and
     *     found none: sign-ins that leave no session then end with session_not_kept instead of a redirect loop. With true,
     *     pages that send a person who is signed in back to log in again and again end with page_not_allowed.
     * @param string|null $home Where people go after a login without returnTo: a page of your own. With it, a person who is
     *     signed in and sent back to log in again and again goes there, and not to Clever each time.
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
     * Finishes a login. The outcome is a value: all three kinds are everyday traffic.
     *
     * Set the setCookies of the outcome, or of the exception. End the session that the browser had when endsSession is
     * true. One network round trip when Clever sends an ID token and its keys are known, else up to three.
     *
     * @param string $callback The URL with which the browser came back, or its query: $_SERVER['QUERY_STRING'] ?? ''.
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return SignedIn|Restart|Denied
     *
     * @throws LoginException callback_malformed, callback_duplicate, callback_contradictory, callback_issuer;
     *     cookies_blocked, login_loop or pending_invalid when the login cannot be restarted once more
     * @throws TokenException The ID token breaks a rule: id_token_expired and the other words that begin so.
     * @throws ConfigException client_secret_missing
     * @throws CleverException callback_unavailable, callback_rejected, client_rejected, clever_unavailable, rate_limited
     *     and the others of its kind
     * @throws NetworkException network_timeout, network_connect and the others of its kind
     */
    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->finished('finish_login', $callback, $cookies);
    }

    /**
     * The same for applications that keep pending logins in a session of their own. The outcome has no cookies.
     *
     * @param string $callback The URL with which the browser came back, or its query.
     * @param string|null $pending The one that was kept under the key of this callback, see loginKey; null when there is
     *     none.
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
     * @param string|null $cookies As for beginLogin, and so are all others.
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
     * Finishes a login of beginImplicit. The outcome is a value: all three kinds are everyday traffic.
     *
     * A browser does not send the fragment to a server: a page of yours must post it. The token is used only after Clever
     * said that it was issued to this application. Up to three network round trips.
     *
     * @param string $callback The fragment with which the browser came back, or the whole URL with it.
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return SignedIn|Restart|Denied
     *
     * @throws LoginException as finishLogin; callback_malformed also for a token in the query, or of another kind than bearer
     * @throws TokenException token_foreign, token_rejected
     * @throws ConfigException config_invalid when there is neither a client secret nor a pendingKey
     * @throws CleverException callback_unavailable, callback_rejected, clever_unavailable, rate_limited and the others of its
     *     kind
     * @throws NetworkException network_timeout, network_connect and the others of its kind
     */
    public function finishImplicit(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->finished('finish_implicit', $callback, $cookies);
    }

    /**
     * The same for applications that keep pending logins by themselves. The outcome has no cookies.
     *
     * @param string $callback The fragment with which the browser came back, or the whole URL with it.
     * @param string|null $pending The one that was kept under the key of this callback, see loginKey; null when there is
     *     none.
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
     * The key under which the pending login of this callback was kept (Login::$key). No network.
     *
     * @param string $callback The URL with which the browser came back, or its query.
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
     * Whether a request must not act. Ask before you begin or finish a login or log out. No network.
     *
     * A look (HEAD), a page that is fetched in advance, an image, a script or a form of another site thus neither spends a
     * code nor logs anybody out.
     *
     * @param string $endpoint 'login', 'callback' or 'logout'.
     * @param string $method The method of this request: $_SERVER['REQUEST_METHOD'].
     * @param array $headers All headers of this request, by name, each a string or a list of them: getallheaders(). Those that
     *     decide nothing are ignored. Anybody can send any bytes: no header makes this fail.
     *
     * @return Refusal|null How to answer without acting; null when the request may act.
     *
     * @throws ArgumentException argument_invalid
     * @throws \ValueError For another endpoint.
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
            Library::call('request_refusal', $this->native(), $number, $request, FFI::addr($status));
        } finally {
            $library->clever_sso_request_free($request);
        }
        $allow = $status->cdata === 405 ? $library->clever_sso_endpoint_allow($number) : null;
        return $status->cdata === 0 ? null : new Refusal($status->cdata, $allow);
    }

    /**
     * The cookies to set when somebody logs out. End your own session as well. No network.
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
     * The cookies to set when a request comes with a session of your application: the last sign-in was kept. Mostly there
     * are none. Without it, people who log out by your own means and sign in again four times in a minute are told that
     * their session does not stick. No network.
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
     * What a switch in a query says, such as switch_user=1.
     *
     * @return bool false for null, an empty text, 0, false, no and off; else true.
     */
    public static function isSwitchedOn(?string $value): bool
    {
        return Library::get()->clever_sso_is_switched_on($value === null ? null : Library::text($value));
    }

    /**
     * Whether a path or URL leads to the page at $path, however either is written: percent-encoded, with dot segments, with
     * slashes doubled or at the end. Leave out a returnTo that leads to your login or log out, or each login would be the
     * start of the next one; beginLogin itself refuses one that leads to the callback.
     */
    public static function leadsTo(string $target, string $path): bool
    {
        return Library::get()->clever_sso_leads_to(Library::text($target), Library::text($path));
    }

    /**
     * The URL that asks Clever for a code or a token, for those who drive the flow themselves. No network.
     *
     * @param string $responseType 'code', or 'token' for the implicit grant.
     * @param string|null $redirectUri One of the configured ones. Default: the primary one.
     * @param string|null $state Comes back unchanged. Compare it, by hash_equals, with what this browser was given.
     * @param string|null $nonce Comes back inside the ID token.
     * @param string|null $districtId The district, if it is known. Clever then skips the school picker.
     * @param bool $switchUser Whether Clever asks people to confirm who they are.
     * @param bool $withoutState Says that you want no state on purpose. A token needs a state or this: one that comes back
     *     without a state may be anybody's, so do not sign a person in with it. beginImplicit makes and checks a state by
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
            throw new \ValueError(__METHOD__ . '(): Argument #1 ($responseType) must be either "code" or "token"');
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
     * Who follows it arrives without a state, so finishLogin answers with Restart first.
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
     * @param string|null $district The short name of the district, as its portal has it in its address.
     *
     * @throws ArgumentException argument_invalid
     */
    public function portalUrl(?string $district = null): string
    {
        return Library::given('portal_url', $this->native(), $district);
    }

    /**
     * Exchanges a code, for those who drive the flow themselves. A code is good for one exchange within a minute.
     *
     * @param string $code The code of the callback.
     * @param string|null $redirectUri The one that the authorization request named. Default: the primary one.
     *
     * @throws CleverException code_rejected, client_rejected, token_request_rejected and the others of its kind
     * @throws ConfigException redirect_uri_unknown, client_secret_missing
     * @throws NetworkException
     */
    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens
    {
        return Library::read('exchange_code', 'tokens', Reader::tokens(...), $this->native(), $code, $redirectUri);
    }

    /**
     * Verifies an ID token against Clever's keys, which are fetched when they are not known yet.
     *
     * @param string $idToken The ID token.
     * @param string|null $nonce The one that was sent. Without one, the token must have none.
     * @param string|null $accessToken The one that came with it: then at_hash, if there is one, must belong to it.
     *
     * @return array<string, mixed> The claims.
     *
     * @throws TokenException The word of the first rule that is broken, id_token_expired for example.
     * @throws CleverException When keys must be fetched: discovery_issuer, keys_unusable and the others of its kind.
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
     * The implicit grant has no other protection against a token that was issued to another one: call this before you
     * believe a token that a browser brought.
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
     * @throws CleverException not_found and the others of its kind
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
     * @throws CleverException not_found and the others of its kind
     * @throws NetworkException
     */
    public function district(#[\SensitiveParameter] string $accessToken, string $id): District
    {
        return Library::read('district', 'district_record', Reader::district(...), $this->native(), $accessToken, $id);
    }

    /**
     * The claims of the person that an access token belongs to (OpenID Connect Core 5.3).
     *
     * @param string|null $subject That of the ID token which came with it: an answer about somebody else is refused.
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
     * Pays before the first student comes what a process pays once: fetches discovery and keys, and lets the source of
     * random numbers collect itself, which takes some tens of milliseconds. Call it in the script that FPM preloads.
     *
     * @throws CleverException discovery_issuer, keys_unusable and the others of its kind
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
     * They are fetched when they are not known yet. Keep the text where nobody else can write: who can change it, can
     * sign in as anybody.
     *
     * @throws CleverException discovery_issuer, keys_unusable and the others of its kind
     * @throws NetworkException
     */
    public function exportKeys(): string
    {
        return Library::given('export_keys', $this->native());
    }

    /**
     * Takes keys that another process exported, unless fresh ones are here already. They are held to the same rules as
     * fetched ones. No network.
     *
     * @param string $keys What exportKeys gave.
     *
     * @throws ArgumentException argument_invalid when the text is none that was exported for this issuer
     * @throws CleverException keys_unusable, response_malformed
     */
    public function importKeys(string $keys): void
    {
        Library::call('import_keys', $this->native(), $keys);
    }

    /** @return array<string, mixed> Every argument of the constructor, as it is when nothing is said. */
    private static function defaults(): array
    {
        $defaults = [];
        foreach ((new \ReflectionMethod(self::class, '__construct'))->getParameters() as $parameter) {
            $isOptional = $parameter->isDefaultValueAvailable();
            $defaults[$parameter->getName()] = $isOptional ? $parameter->getDefaultValue() : null;
        }
        return $defaults;
    }

    /**
     * @param array<string, mixed> $given Every argument of the constructor.
     * @param int $names How errors call a setting: a clever_sso_setting_names.
     */
    private function open(#[\SensitiveParameter] array $given, int $names): void
    {
        if (isset($this->hidden)) {
            throw new \Error('This CleverSso\Client is constructed already');
        }
        self::checkTexts($given);
        self::checkFiles($given, $names);
        $logger = $given['logger'];
        if ($logger !== null && !Log::isLogger($logger)) {
            throw new \TypeError(
                self::class . '::__construct(): Argument #22 ($logger) must have a method warning, or be a closure',
            );
        }
        unset($given['logger']);
        ksort($given);
        $given['redirectUri'] = array_values((array) $given['redirectUri']);
        $fingerprint = hash('sha256', serialize($given));
        $keys = $given['keyCache'] === null ? null : new KeyCache($given['keyCache']);
        $native = Native::shared($fingerprint, $keys, fn(): Handle => self::made($given, $names), $logger);
        $native->belongsTo($this, $logger);
        $this->clientId = $given['clientId'];
        $this->issuer = Library::get()->clever_sso_client_issuer($native->handle->data);
        $this->redirectUris = $given['redirectUri'];
        $this->hidden = new \SensitiveParameterValue($fingerprint);
    }

    /** @param array<string, mixed> $given */
    private static function checkTexts(#[\SensitiveParameter] array $given): void
    {
        foreach (['redirectUri' => 3, 'oldPendingKeys' => 10, 'returnToOrigins' => 11] as $name => $number) {
            foreach (array_filter((array) $given[$name], fn(mixed $item) => !is_string($item)) as $item) {
                $found = get_debug_type($item);
                $argument = self::class . "::__construct(): Argument #{$number} (\${$name})";
                throw new \TypeError("{$argument} must hold only strings, {$found} found");
            }
        }
    }

    /**
     * The library reads these files, and knows nothing of open_basedir.
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
            throw new \ValueError(self::class . "::__construct(): Argument #{$number} (\${$name}) must {$expected}");
        }
    }

    /** @param array<string, mixed> $given */
    private static function made(#[\SensitiveParameter] array $given, int $names): Handle
    {
        $config = Library::out('clever_sso_config');
        $client = Library::out('clever_sso_client');
        Library::call('config_new', $given['clientId'], FFI::addr($config));
        try {
            Library::call('config_set_setting_names', $config, $names);
            foreach (self::SETTERS as $setter => $name) {
                foreach (array_filter((array) $given[$name], fn(mixed $value) => $value !== null) as $value) {
                    Library::call("config_$setter", $config, $value);
                }
            }
            // Last: it asks with what was set, and takes only what was not.
            if ($given['discover']) {
                Library::call('config_discover', $config);
            }
            Library::call('client_new', $config, FFI::addr($client));
        } finally {
            Library::get()->clever_sso_config_free($config);
        }
        return new Handle('client', $client);
    }

    private function native(): CData
    {
        return Native::of($this)[0]->handle->data;
    }

    /**
     * A call with options.
     *
     * @template T
     *
     * @param string $noun That of the options in C.
     * @param array<string, string|bool|null> $wishes by the names of the functions in C; null says nothing
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
        // Without an ID token no keys were needed, and none are fetched only to be kept.
        if ($outcome instanceof SignedIn && $outcome->tokens->idToken !== null) {
            $this->shareKeys();
        }
        return $outcome;
    }

    private function takeKeys(): void
    {
        [$native, $logger] = Native::of($this);
        $native->keys?->take($this->importKeys(...), $logger);
    }

    private function shareKeys(): void
    {
        [$native, $logger] = Native::of($this);
        $native->keys?->share($this->exportKeys(...), $logger);
    }
}
