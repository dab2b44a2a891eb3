<?php

/**
 * Log in with Clever.
 *
 * Strings are UTF-8, times are in seconds. Every failure throws a CleverSso\Exception with an error code; docs/errors.md lists
 * all codes. A string that is not UTF-8 or contains a NUL throws an ArgumentException.
 *
 * @generate-class-entries
 */

namespace CleverSso;

/**
 * The methods of a client. Declare this type in your own code, so that a test can pass a Testing\FakeClient.
 */
interface ClientInterface
{
    /** See Client::beginLogin. */
    public function beginLogin(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login;

    /** See Client::finishLogin. */
    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome;

    /** See Client::finishLoginWithPending. */
    public function finishLoginWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome;

    /** See Client::beginImplicit. */
    public function beginImplicit(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login;

    /** See Client::finishImplicit. */
    public function finishImplicit(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome;

    /** See Client::finishImplicitWithPending. */
    public function finishImplicitWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome;

    /** See Client::loginKey. */
    public function loginKey(#[\SensitiveParameter] string $callback): ?string;

    /** See Client::refusal. */
    public function refusal(string $endpoint, string $method, array $headers): ?Refusal;

    /** See Client::logOutCookies. */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array;

    /** See Client::sessionKeptCookies. */
    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array;

    /** See Client::authorizeUrl. */
    public function authorizeUrl(
        string $responseType = 'code',
        ?string $redirectUri = null,
        #[\SensitiveParameter] ?string $state = null,
        #[\SensitiveParameter] ?string $nonce = null,
        ?string $districtId = null,
        bool $switchUser = false,
        bool $withoutState = false,
    ): string;

    /** See Client::instantLoginUrl. */
    public function instantLoginUrl(string $districtId): string;

    /** See Client::portalUrl. */
    public function portalUrl(?string $district = null): string;

    /** See Client::exchangeCode. */
    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens;

    /** See Client::verifyIdToken. */
    public function verifyIdToken(
        #[\SensitiveParameter] string $idToken,
        #[\SensitiveParameter] ?string $nonce = null,
        #[\SensitiveParameter] ?string $accessToken = null,
    ): array;

    /** See Client::checkToken. */
    public function checkToken(#[\SensitiveParameter] string $accessToken): TokenInfo;

    /** See Client::me. */
    public function me(#[\SensitiveParameter] string $accessToken): Me;

    /** See Client::user. */
    public function user(#[\SensitiveParameter] string $accessToken, string $id): User;

    /** See Client::district. */
    public function district(#[\SensitiveParameter] string $accessToken, string $id): District;

    /** See Client::userinfo. */
    public function userinfo(#[\SensitiveParameter] string $accessToken, ?string $subject = null): UserInfo;

    /** See Client::warmUp. */
    public function warmUp(): void;

    /** See Client::exportKeys. */
    public function exportKeys(): string;

    /** See Client::importKeys. */
    public function importKeys(string $keys): void;

    /** See Client::stats. */
    public function stats(): Stats;

    /** See Client::doctor. */
    public function doctor(): Report;
}

/**
 * Everything an application does with Clever.
 *
 * Create one wherever you need it: the native client behind it, with its connections and Clever's keys, is made once per
 * process and configuration, and all objects with equal arguments share it. It works in workers that are forked after it was
 * used. It contains secrets, so you cannot clone or serialize it. Two clients are equal (==) when their configurations are.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Client implements ClientInterface
{
    /** As Clever's dashboard shows it. */
    public readonly string $clientId;
    /** Where Clever's OAuth endpoints are: the issuer of this client's identities. */
    public readonly string $issuer;
    /** @var list<string> The redirect URIs. The first is the primary one. */
    public readonly array $redirectUris;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

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
    ) {}

    /**
     * Makes a client from environment variables: CLEVER_CLIENT_ID, CLEVER_REDIRECT_URI and so on.
     *
     * Every argument of the constructor has a variable: its name in capitals, with a _ between words, after CLEVER_.
     * Several redirect URIs, keys or origins are separated by spaces; true and false are 1 and 0, true and false, yes and no,
     * on and off. An empty variable is unset. Errors name the variables.
     *
     * @throws ConfigException config_invalid, with what is wrong about which variable.
     */
    public static function fromEnv(?object $logger = null): Client {}

    private function __clone(): void {}

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
    ): Login {}

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
    ): Outcome {}

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
    ): Outcome {}

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
    ): Login {}

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
    ): Outcome {}

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
    ): Outcome {}

    /**
     * The key of this callback's pending login (Login::$key). No network.
     *
     * @param string $callback The URL that the browser came back with, or its query.
     *
     * @return string|null null when the callback has no state or cannot be read.
     *
     * @throws ArgumentException argument_invalid
     */
    public function loginKey(#[\SensitiveParameter] string $callback): ?string {}

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
    public function refusal(string $endpoint, string $method, array $headers): ?Refusal {}

    /**
     * The cookies to set when a person logs out. End your own session as well. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return list<SetCookie>
     */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array {}

    /**
     * The cookies to set when a request has a session of your application: the last sign-in was kept. Most of the time there
     * are none. Without this call, people who log out in your own way and sign in again four times in a minute get
     * session_not_kept. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return list<SetCookie>
     */
    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array {}

    /**
     * Reads a switch in a query, such as switch_user=1.
     *
     * @return bool false for null, an empty text, 0, false, no and off; otherwise true.
     */
    public static function isSwitchedOn(?string $value): bool {}

    /**
     * Whether a path or URL leads to the page at $path, even if either is percent-encoded or has dot segments, double slashes
     * or a slash at the end. Do not pass a returnTo that leads to your login or logout, or each login would start the next one.
     * beginLogin itself refuses one that leads to the callback.
     */
    public static function leadsTo(string $target, string $path): bool {}

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
    ): string {}

    /**
     * An Instant Login link into this application for the people of a district. No network.
     *
     * People who follow it arrive without a state, so finishLogin returns Restart first.
     *
     * @param string $districtId Clever's id of the district.
     *
     * @throws ArgumentException argument_invalid
     */
    public function instantLoginUrl(string $districtId): string {}

    /**
     * The Clever Portal of a district, or the page where people look for their school. No network.
     *
     * @param string|null $district The short name of the district, as in the address of its portal.
     *
     * @throws ArgumentException argument_invalid
     */
    public function portalUrl(?string $district = null): string {}

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
    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens {}

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
    ): array {}

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
    public function checkToken(#[\SensitiveParameter] string $accessToken): TokenInfo {}

    /**
     * Who an access token belongs to.
     *
     * @throws TokenException token_rejected
     * @throws CleverException
     * @throws NetworkException
     */
    public function me(#[\SensitiveParameter] string $accessToken): Me {}

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
    public function user(#[\SensitiveParameter] string $accessToken, string $id): User {}

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
    public function district(#[\SensitiveParameter] string $accessToken, string $id): District {}

    /**
     * The claims of the person that an access token belongs to (OpenID Connect Core 5.3).
     *
     * @param string|null $subject The sub of the ID token that came with it. A response about another person is refused.
     *
     * @throws TokenException userinfo_subject, token_rejected
     * @throws CleverException
     * @throws NetworkException
     */
    public function userinfo(#[\SensitiveParameter] string $accessToken, ?string $subject = null): UserInfo {}

    /**
     * Does one-time setup up front: fetches discovery and keys, and seeds the random number generator, which takes some tens of
     * milliseconds. Call it in the script that FPM preloads.
     *
     * @throws CleverException discovery_issuer, keys_unusable and others
     * @throws NetworkException
     */
    public function warmUp(): void {}

    /**
     * Clever's keys as text, for another process of the same application; $keyCache does this by itself.
     *
     * They are fetched when they are not known yet. Store the text where no other user can write: a person who can change it
     * can sign in as anyone.
     *
     * @throws CleverException discovery_issuer, keys_unusable and others
     * @throws NetworkException
     */
    public function exportKeys(): string {}

    /**
     * Takes keys that another process exported, unless there are fresh ones already. They must pass the same rules as fetched
     * keys. No network.
     *
     * @param string $keys The text from exportKeys.
     *
     * @throws ArgumentException argument_invalid when the text was not exported for this issuer
     * @throws CleverException keys_unusable, response_malformed
     */
    public function importKeys(string $keys): void {}

    /**
     * What this process has counted for this configuration: logins, requests, retries, durations. docs/stats.md lists the
     * numbers. No network. Each worker counts for itself.
     */
    public function stats(): Stats {}

    /**
     * Checks the whole setup: settings, network, TLS, clock, keys, credentials and redirect URIs. It takes at most 15 seconds,
     * logs no one in and uses no code. What is wrong is in the report, which contains no secret: docs/doctor.md.
     *
     * @throws InternalException
     */
    public function doctor(): Report {}

    /**
     * Like doctor, for the settings in environment variables, even if a client does not accept them: the first problem then
     * says what is wrong with them.
     *
     * @throws InternalException
     */
    public static function doctorFromEnv(): Report {}
}

/**
 * A cookie that the response to the browser must set. It also always has Path=/, HttpOnly and SameSite=Lax.
 *
 * Dumps do not show its value.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class SetCookie implements \JsonSerializable
{
    /** The name; over https it starts with __Host-. */
    public readonly string $name;
    /** The value; empty to delete the cookie. */
    public readonly string $value;
    /** How long the browser keeps it, in seconds; 0 deletes it. */
    public readonly int $maxAge;
    /** Whether the browser sends it over https only. */
    public readonly bool $secure;
    /** The value of the Set-Cookie header, for frameworks that take it whole. */
    public readonly string $header;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** Made by the calls of a client, and by tests (CleverSso\Testing\Fake). */
    public function __construct(
        string $name,
        #[\SensitiveParameter] string $value,
        int $maxAge,
        bool $secure,
        #[\SensitiveParameter] string $header,
    ) {}

    /**
     * Secrets are [redacted].
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array {}

    /** Adds the Set-Cookie header to the response. Other cookies stay. */
    public function send(): void {}
}

/**
 * The response to a request that must not act: this status and no body.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Refusal
{
    /** The HTTP status: 200 for HEAD, 403, 405 or 503. */
    public readonly int $status;
    /** With a 405, the value of the Allow header. */
    public readonly ?string $allow;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(int $status, ?string $allow) {}
}

/**
 * A login that has begun. Dumps show neither its url nor its pending.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Login implements \JsonSerializable
{
    /** Send the browser there. */
    public readonly string $url;
    /** @var list<SetCookie> Set these with the redirect. */
    public readonly array $setCookies;
    /** For applications that store logins in their own session instead: the key for pending. */
    public readonly string $key;
    /** For the same applications: the text to store for ten minutes, about 100 bytes, URL-safe. */
    public readonly string $pending;
    /** Whether to respond with a page that continues to url by itself, instead of a redirect: browsers give up after about
     *  twenty redirects in a row. False unless you pass hasSession. */
    public readonly bool $needsPage;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        #[\SensitiveParameter] string $url,
        array $setCookies,
        string $key,
        #[\SensitiveParameter] string $pending,
        bool $needsPage,
    ) {}

    /**
     * Secrets are [redacted].
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * The outcome of a login: SignedIn, Restart or Denied, and nothing else.
 *
 * Each of them has setCookies and endsSession.
 */
interface Outcome
{
}

/**
 * The person logged in.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class SignedIn implements Outcome
{
    /** Who logged in. */
    public readonly Identity $identity;
    /** The tokens of this login. */
    public readonly Tokens $tokens;
    /** The returnTo of the login, as an ASCII path or URL. */
    public readonly ?string $returnTo;
    /** Whether the login began with switchUser: then begin the login of "Try again" with it too. */
    public readonly bool $switchUser;
    /** @var list<SetCookie> Set these with the response. */
    public readonly array $setCookies;
    /** Always true: the new session replaces the one that the browser had. */
    public readonly bool $endsSession;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        Identity $identity,
        Tokens $tokens,
        ?string $returnTo,
        bool $switchUser,
        array $setCookies,
        bool $endsSession,
    ) {}
}

/**
 * The login restarts: send the browser to login->url, with setCookies.
 *
 * The person is already signed in at Clever and does not notice.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Restart implements Outcome
{
    /** The new login. */
    public readonly Login $login;
    /**
     * The error code of the cause: state_missing (every login from the Clever Portal and from Instant Login links),
     * state_mismatch, pending_missing, pending_invalid, pending_expired or code_rejected.
     */
    public readonly string $reason;
    /** @var list<SetCookie> Set these with the response. */
    public readonly array $setCookies;
    /** Always false: the session does not change. */
    public readonly bool $endsSession;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(Login $login, string $reason, array $setCookies, bool $endsSession) {}
}

/**
 * Clever refused this person.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Denied implements Outcome
{
    /** Clever's error word, for example access_denied or unauthorized-user. */
    public readonly string $error;
    /** Text that came with it. Anyone can make a URL with such a text: do not show it as if it were Clever's. */
    public readonly ?string $description;
    /** @var list<SetCookie> Set these with the response. */
    public readonly array $setCookies;
    /** Whether the session that the browser had must end: when this answers a login that this browser began. */
    public readonly bool $endsSession;
    /** The returnTo of the login, as an ASCII path or URL, if it is known: for a "Try again" link. */
    public readonly ?string $returnTo;
    /** Whether the login began with switchUser: then begin the login of "Try again" with it too. */
    public readonly bool $switchUser;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        string $error,
        ?string $description,
        array $setCookies,
        bool $endsSession,
        ?string $returnTo,
        bool $switchUser,
    ) {}
}

/**
 * Who logged in. The key of a user is the pair of issuer and id: names and email addresses change and repeat.
 *
 * Dumps show neither name nor email nor claims.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Identity implements \JsonSerializable
{
    /** The issuer that proved who this person is. */
    public readonly string $issuer;
    /** The Clever id (API v3). */
    public readonly string $id;
    /** The district's id; null for people in Clever Library. */
    public readonly ?string $districtId;
    /** The role of this login, such as student; null when a person has several and did not pick one. */
    public readonly ?string $userType;
    /** @var list<Role> Every role that is known. */
    public readonly array $roles;
    /** The name. */
    public readonly Name $name;
    /** An unverified email address: it may belong to another person, and it may change. Never use it as a key. */
    public readonly ?string $unverifiedEmail;
    /** @var list<string> Ids that this person had before API v3. */
    public readonly array $legacyIds;
    /** Who gave the application access: district or teacher. */
    public readonly ?string $authorizedBy;
    /** How this identity was proven: id_token, or me when Clever was asked with the token of this login. */
    public readonly string $provenBy;
    /** Whether an administrator at Clever logged in as this person. The callback says so; not proven. */
    public readonly bool $loginasByAdmin;
    /** @var array<string, mixed> The claims of the ID token, or the data of /me and of the person's own record. */
    public readonly array $claims;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        string $issuer,
        string $id,
        ?string $districtId,
        ?string $userType,
        array $roles,
        #[\SensitiveParameter] Name $name,
        #[\SensitiveParameter] ?string $unverifiedEmail,
        array $legacyIds,
        ?string $authorizedBy,
        string $provenBy,
        bool $loginasByAdmin,
        #[\SensitiveParameter] array $claims,
    ) {}

    /**
     * All properties, with the personal data, as applications store them.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * A person's name, as far as Clever sent it.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Name implements \JsonSerializable
{
    /** The first name. */
    public readonly ?string $first;
    /** The middle name. */
    public readonly ?string $middle;
    /** The last name; for a student in Clever Library, only the initial. */
    public readonly ?string $last;
    /** First, middle and last name with a space between them; empty when nothing is known. */
    public readonly string $full;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        #[\SensitiveParameter] ?string $first,
        #[\SensitiveParameter] ?string $middle,
        #[\SensitiveParameter] ?string $last,
        #[\SensitiveParameter] string $full,
    ) {}

    /**
     * All properties, with the personal data, as applications store them.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * One of the roles of a person.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Role
{
    /** student, teacher, staff, district_admin, contact, or a word that Clever added later. */
    public readonly string $name;
    /** The id that this person had in this role before API v3. */
    public readonly ?string $legacyId;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $name, ?string $legacyId) {}
}

/**
 * The tokens from a code exchange. Dumps show neither of them.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Tokens implements \JsonSerializable
{
    /** Gives access to Clever's API for 24 hours. */
    public readonly string $accessToken;
    /** Says who logged in. Only for applications with OpenID Connect, and not for Clever Library. */
    public readonly ?string $idToken;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(#[\SensitiveParameter] string $accessToken, #[\SensitiveParameter] ?string $idToken) {}

    /**
     * Secrets are [redacted].
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * What Clever says about an access token that was issued to this application.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class TokenInfo
{
    /** The client id: always this application's. */
    public readonly string $clientId;
    /** @var list<string> The scopes. */
    public readonly array $scopes;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $clientId, array $scopes) {}
}

/**
 * What a client counted.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Stats
{
    /** The text that Prometheus reads. Send it as text/plain; version=0.0.4; charset=utf-8. */
    public readonly string $prometheus;
    /** @var list<array{name: string, labels: array<string, string>, value: float}> The numbers. What was never counted is left out. */
    public readonly array $samples;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $prometheus, array $samples) {}
}

/**
 * One check of the doctor: what was found, and what to do.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Finding
{
    /** The name of the check, such as credentials: docs/doctor.md lists all of them. */
    public readonly string $check;
    /** How it went: ok, warning or problem. */
    public readonly string $level;
    /** What was found. */
    public readonly string $found;
    /** What to do about it, if anything. */
    public readonly ?string $advice;

    /** Line breaks in the texts become spaces, and other control characters U+FFFD: reports are printed on terminals. */
    public function __construct(string $check, string $level, string $found, ?string $advice) {}
}

/**
 * What the doctor found. It contains no secret.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Report
{
    /** @var list<Finding> Everything that was checked, in the order of cause and effect. */
    public readonly array $findings;
    /** The problem to solve first; null when there is none. */
    public readonly ?Finding $firstProblem;
    /** The exit code for a program: 0 if everything is ok, 1 with warnings, 2 with problems. */
    public readonly int $exitCode;

    /**
     * For an application that adds findings of its own, or makes a report in a test.
     *
     * @param Finding[] $findings In the order of cause and effect. A level that is neither ok nor warning is a problem.
     *
     * @throws \TypeError When there is anything else in it.
     */
    public function __construct(array $findings) {}

    /**
     * Lines for people.
     *
     * @param bool $colors Whether the levels have the colors of terminals.
     */
    public function toText(bool $colors = false): string {}

    /** One JSON object on one line, for machines: docs/doctor.md describes it. */
    public function toJson(): string {}
}

/**
 * Who an access token belongs to.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Me implements \JsonSerializable
{
    /** The Clever id. */
    public readonly string $id;
    /** The district's id; null for people in Clever Library. */
    public readonly ?string $districtId;
    /** The kind of account. API v3 says user for everyone; older versions name the role. */
    public readonly ?string $userType;
    /** Who gave the application access: district or teacher. */
    public readonly ?string $authorizedBy;
    /** @var array<string, mixed> Everything Clever said. */
    public readonly array $json;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        string $id,
        ?string $districtId,
        ?string $userType,
        ?string $authorizedBy,
        #[\SensitiveParameter] array $json,
    ) {}

    /**
     * All properties, with the personal data, as applications store them.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * A person's record. Dumps show neither name nor email.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class User implements \JsonSerializable
{
    /** The Clever id. */
    public readonly string $id;
    /** The district. */
    public readonly ?string $districtId;
    /** The name. */
    public readonly Name $name;
    /** An unverified email address: it may belong to another person, and it may change. Never use it as a key. */
    public readonly ?string $unverifiedEmail;
    /** @var list<Role> Every role of this person. */
    public readonly array $roles;
    /** @var array<string, mixed> Everything Clever said. */
    public readonly array $json;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        string $id,
        ?string $districtId,
        #[\SensitiveParameter] Name $name,
        #[\SensitiveParameter] ?string $unverifiedEmail,
        array $roles,
        #[\SensitiveParameter] array $json,
    ) {}

    /**
     * All properties, with the personal data, as applications store them.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * A district's record.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class District
{
    /** The district's id. */
    public readonly string $id;
    /** Its name. */
    public readonly ?string $name;
    /** @var array<string, mixed> Everything Clever said. */
    public readonly array $json;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $id, ?string $name, array $json) {}
}

/**
 * The claims of a person from the userinfo endpoint. Dumps do not show them.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class UserInfo implements \JsonSerializable
{
    /** The person's id at the issuer (sub). */
    public readonly string $id;
    /** @var array<string, mixed> All claims. Clever's name is an object. */
    public readonly array $json;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $id, #[\SensitiveParameter] array $json) {}

    /**
     * All properties, with the personal data, as applications store them.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * What Clever sent through the browser. None of it is proven yet. Exactly one of code, accessToken and error is set. Dumps show
 * neither code nor token nor state.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Callback implements \JsonSerializable
{
    /** The authorization code. */
    public readonly ?string $code;
    /** The access token of the implicit grant. */
    public readonly ?string $accessToken;
    /** The state, if there is one: a login that begins at Clever has none. Compare it with hash_equals. */
    public readonly ?string $state;
    /** @var list<string> The scopes that Clever names. */
    public readonly array $scopes;
    /** The error word instead of a code or token, for example access_denied. */
    public readonly ?string $error;
    /** Text that came with the error. Anyone can make a URL with such a text: do not show it as if it were Clever's. */
    public readonly ?string $errorDescription;
    /** The issuer (RFC 9207), if the callback names it. */
    public readonly ?string $issuer;
    /** Whether an administrator at Clever is logging in as this person. Not proven. */
    public readonly bool $loginasByAdmin;
    /** @internal Hidden from dumps, exports and casts. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        #[\SensitiveParameter] ?string $code,
        #[\SensitiveParameter] ?string $accessToken,
        #[\SensitiveParameter] ?string $state,
        array $scopes,
        ?string $error,
        ?string $errorDescription,
        ?string $issuer,
        bool $loginasByAdmin,
    ) {}

    /**
     * Secrets are [redacted].
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}

    /**
     * Reads a callback: a whole URL, its query, or the fragment of the implicit grant. No network.
     *
     * Client::finishLogin does this itself; this method is for applications that drive the flow themselves.
     *
     * @throws LoginException callback_malformed, callback_duplicate, callback_contradictory
     */
    public static function parse(#[\SensitiveParameter] string $callback): Callback {}
}

/**
 * Keys that may verify ID tokens, made once from the text of a JWKS (RFC 7517), without a client or network.
 *
 * Broken keys and keys for other purposes are ignored. It cannot be cloned or serialized. Two key sets are equal (==) when
 * their texts are.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class KeySet
{
    /** The text of the JWKS. */
    public readonly string $jwks;

    /**
     * @param string $jwks The text of the JWKS.
     *
     * @throws CleverException response_malformed when it is not a JWKS, keys_unusable when no key in it can verify.
     * @throws ArgumentException argument_invalid
     */
    public function __construct(string $jwks) {}

    /** @implementation-alias CleverSso\Client::__clone */
    private function __clone(): void {}

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
    ): array {}
}

/**
 * A failure of Log in with Clever; the base of all others.
 *
 * It never contains a token, code, secret, name or email address, so you can log it. getMessage() is the line for the log: the
 * error code, what happened, what was expected and what was found. Its setCookies are for this browser, so you cannot serialize
 * it.
 *
 * @not-serializable
 */
abstract class Exception extends \Exception
{
    private string $codeWord = '';
    private string $userMessage = '';
    private string $actor = '';
    private bool $retryable = false;
    private int $pageStatus = 500;
    private ?int $httpStatus = null;
    private ?int $retryAfter = null;
    private ?string $returnTo = null;
    private bool $switchUser = false;
    /** @var list<SetCookie> After beginLogin or finishLogin: set these with the response. */
    public readonly array $setCookies;
    /** Whether the session that the browser had must end: a login that this browser began has failed. */
    public readonly bool $endsSession;

    /**
     * For applications that create exceptions themselves, for example in a test. By default, they have no cookies and end no
     * session.
     *
     * @param SetCookie[] $setCookies
     */
    public function __construct(
        string $message = '',
        int $code = 0,
        ?\Throwable $previous = null,
        string $codeWord = '',
        string $userMessage = '',
        string $actor = '',
        bool $retryable = false,
        int $pageStatus = 500,
        ?int $httpStatus = null,
        ?int $retryAfter = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        array $setCookies = [],
        bool $endsSession = false,
    ) {}

    /** The error code, for example id_token_expired. It never changes its meaning. */
    public function getCodeWord(): string {}

    /** A sentence that may be shown to the person who logs in, in English. */
    public function getUserMessage(): string {}

    /**
     * Like getUserMessage, in the language of the person: English or Spanish. All other languages get English.
     *
     * @param string $language A tag such as es or es-MX, or the value of their Accept-Language header.
     */
    public function getUserMessageIn(string $language): string {}

    /** Who can fix it: user, app, clever or network. */
    public function getActor(): string {}

    /** Whether the same call, or the same login started again, may succeed later without any change. */
    public function isRetryable(): bool {}

    /** The HTTP status of the page that shows this failure to the person: 400, 403, 500 or 503. */
    public function getPageStatus(): int {}

    /** The HTTP status of the response from Clever that led to this failure, if there was one. */
    public function getHttpStatus(): ?int {}

    /** How many seconds Clever asks to wait before the next attempt, if it said so: for the page's Retry-After header. */
    public function getRetryAfter(): ?int {}

    /**
     * The returnTo of the failed login, as an ASCII path or URL, if it is known. Begin the next login with it, so that "Try
     * again" leads to the same page.
     */
    public function getReturnTo(): ?string {}

    /** Whether the failed login began with switchUser. Begin the next login with it too. */
    public function getSwitchUser(): bool {}
}

/** The configuration is wrong or incomplete. */
final class ConfigException extends Exception
{
}

/** An argument of the call cannot be used. */
final class ArgumentException extends Exception
{
}

/** The callback cannot finish a login. */
final class LoginException extends Exception
{
}

/** A token breaks a rule, or Clever does not accept it. */
final class TokenException extends Exception
{
}

/** Clever refused, or its response cannot be read. */
final class CleverException extends Exception
{
}

/** Clever could not be reached. */
final class NetworkException extends Exception
{
}

/** A problem of the library or of the machine it runs on. */
final class InternalException extends Exception
{
}
