<?php

/**
 * Log in with Clever.
 *
 * Strings are UTF-8, times are in seconds. Whatever fails throws a kind of CleverSso\Exception, whose error code the
 * documentation lists (docs/errors.md). A string that is not UTF-8 or holds a NUL throws ArgumentException, too.
 *
 * @generate-class-entries
 */

namespace CleverSso;

/**
 * What a client does. Declare this type in your own code, so that a test can hand in a Testing\FakeClient.
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
}

/**
 * Everything an application does with Clever.
 *
 * Make one wherever it is needed: the native client below it, with its connections and Clever's keys, is made once per
 * process and configuration, and shared by every object with equal arguments. It works in workers that were forked
 * after it was used. It holds secrets, and can be neither cloned nor serialized. Two clients are equal (==) when their
 * configurations are.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Client implements ClientInterface
{
    /** As Clever's dashboard shows it. */
    public readonly string $clientId;
    /** Where Clever's OAuth endpoints are: what an identity of this client names as its issuer. */
    public readonly string $issuer;
    /** @var list<string> The redirect URIs. The first is the primary one. */
    public readonly array $redirectUris;
    /** @internal What no dump, export or cast shows. */
    private readonly \SensitiveParameterValue $hidden;

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
    ): Login {}

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
    ): Outcome {}

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
    ): Outcome {}

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
    ): Login {}

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
    ): Outcome {}

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
    ): Outcome {}

    /**
     * The key under which the pending login of this callback was kept (Login::$key). No network.
     *
     * @param string $callback The URL with which the browser came back, or its query.
     *
     * @return string|null null when the callback has no state or cannot be read.
     *
     * @throws ArgumentException argument_invalid
     */
    public function loginKey(#[\SensitiveParameter] string $callback): ?string {}

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
    public function refusal(string $endpoint, string $method, array $headers): ?Refusal {}

    /**
     * The cookies to set when somebody logs out. End your own session as well. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return list<SetCookie>
     */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array {}

    /**
     * The cookies to set when a request comes with a session of your application: the last sign-in was kept. Mostly there
     * are none. Without it, people who log out by your own means and sign in again four times in a minute are told that
     * their session does not stick. No network.
     *
     * @param string|null $cookies The Cookie header of this request: $_SERVER['HTTP_COOKIE'] ?? null.
     *
     * @return list<SetCookie>
     */
    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array {}

    /**
     * What a switch in a query says, such as switch_user=1.
     *
     * @return bool false for null, an empty text, 0, false, no and off; else true.
     */
    public static function isSwitchedOn(?string $value): bool {}

    /**
     * Whether a path or URL leads to the page at $path, however either is written: percent-encoded, with dot segments, with
     * slashes doubled or at the end. Leave out a returnTo that leads to your login or log out, or each login would be the
     * start of the next one; beginLogin itself refuses one that leads to the callback.
     */
    public static function leadsTo(string $target, string $path): bool {}

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
    ): string {}

    /**
     * An Instant Login link into this application for the people of a district. No network.
     *
     * Who follows it arrives without a state, so finishLogin answers with Restart first.
     *
     * @param string $districtId Clever's id of the district.
     *
     * @throws ArgumentException argument_invalid
     */
    public function instantLoginUrl(string $districtId): string {}

    /**
     * The Clever Portal of a district, or the page where people look for their school. No network.
     *
     * @param string|null $district The short name of the district, as its portal has it in its address.
     *
     * @throws ArgumentException argument_invalid
     */
    public function portalUrl(?string $district = null): string {}

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
    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens {}

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
    ): array {}

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
     * @throws CleverException not_found and the others of its kind
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
     * @throws CleverException not_found and the others of its kind
     * @throws NetworkException
     */
    public function district(#[\SensitiveParameter] string $accessToken, string $id): District {}

    /**
     * The claims of the person that an access token belongs to (OpenID Connect Core 5.3).
     *
     * @param string|null $subject That of the ID token which came with it: an answer about somebody else is refused.
     *
     * @throws TokenException userinfo_subject, token_rejected
     * @throws CleverException
     * @throws NetworkException
     */
    public function userinfo(#[\SensitiveParameter] string $accessToken, ?string $subject = null): UserInfo {}

    /**
     * Pays before the first student comes what a process pays once: fetches discovery and keys, and lets the source of
     * random numbers collect itself, which takes some tens of milliseconds. Call it in the script that FPM preloads.
     *
     * @throws CleverException discovery_issuer, keys_unusable and the others of its kind
     * @throws NetworkException
     */
    public function warmUp(): void {}

    /**
     * Clever's keys as text, for another process of the same application; $keyCache does this by itself.
     *
     * They are fetched when they are not known yet. Keep the text where nobody else can write: who can change it, can
     * sign in as anybody.
     *
     * @throws CleverException discovery_issuer, keys_unusable and the others of its kind
     * @throws NetworkException
     */
    public function exportKeys(): string {}

    /**
     * Takes keys that another process exported, unless fresh ones are here already. They are held to the same rules as
     * fetched ones. No network.
     *
     * @param string $keys What exportKeys gave.
     *
     * @throws ArgumentException argument_invalid when the text is none that was exported for this issuer
     * @throws CleverException keys_unusable, response_malformed
     */
    public function importKeys(string $keys): void {}
}

/**
 * A cookie that the answer to the browser must set. Besides its properties it always has Path=/, HttpOnly and SameSite=Lax.
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
    /** The value; empty when the cookie is to be deleted. */
    public readonly string $value;
    /** How long the browser keeps it, in seconds; 0 deletes it. */
    public readonly int $maxAge;
    /** Whether the browser sends it over https only. */
    public readonly bool $secure;
    /** The value of the Set-Cookie header, for frameworks that take it whole. */
    public readonly string $header;
    /** @internal What no dump, export or cast shows. */
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

    /** Adds the Set-Cookie header to the answer. Other cookies stay. */
    public function send(): void {}
}

/**
 * How to answer a request that must not act: with this status and no body.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Refusal
{
    /** The HTTP status: 200 for HEAD, 403, 405 or 503. */
    public readonly int $status;
    /** With a 405 the value of the Allow header. */
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
    /** For applications that keep logins in a session of their own instead: the key to keep pending under. */
    public readonly string $key;
    /** For the same: what to keep for ten minutes, about 100 bytes, URL-safe. */
    public readonly string $pending;
    /** Whether to answer with a page that leads to url by itself, and not with a redirect: browsers give up after some twenty
     *  redirects in a row. Only with hasSession. */
    public readonly bool $needsPage;
    /** @internal What no dump, export or cast shows. */
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
 * Somebody logged in.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class SignedIn implements Outcome
{
    /** Who. */
    public readonly Identity $identity;
    /** The tokens of this login. */
    public readonly Tokens $tokens;
    /** Where the application wanted to go, as an ASCII path or URL. */
    public readonly ?string $returnTo;
    /** Whether the login was begun with switchUser: when the application refuses this person, "Try again" begins with it. */
    public readonly bool $switchUser;
    /** @var list<SetCookie> Set these with the answer. */
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
 * The person is signed in at Clever already and sees nothing of it.
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
    /** @var list<SetCookie> Set these with the answer. */
    public readonly array $setCookies;
    /** Always false: nothing of the session changes. */
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
    /** Clever's word, for example access_denied or unauthorized-user. */
    public readonly string $error;
    /** Text that came with it. Anybody can make a URL with such a text: do not show it as if it were Clever's. */
    public readonly ?string $description;
    /** @var list<SetCookie> Set these with the answer. */
    public readonly array $setCookies;
    /** Whether the session that the browser had must end: when this is the answer to a login that this browser began. */
    public readonly bool $endsSession;
    /** Where the login wanted to go, as an ASCII path or URL, if that is known: for a link to try again. */
    public readonly ?string $returnTo;
    /** Whether the login was begun with switchUser: the link to try again begins one with it too. */
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
    /** The issuer that vouches for this person. */
    public readonly string $issuer;
    /** The Clever id (API v3). */
    public readonly string $id;
    /** The district; a person of Clever Library has none. */
    public readonly ?string $districtId;
    /** The role of this login, such as student; null when a person has several and did not say which. */
    public readonly ?string $userType;
    /** @var list<Role> Every role that is known. */
    public readonly array $roles;
    /** The name. */
    public readonly Name $name;
    /** An email address that nobody verified: it may be another person's, and it may change. Never a key. */
    public readonly ?string $unverifiedEmail;
    /** @var list<string> Ids that this person had before API v3. */
    public readonly array $legacyIds;
    /** Who gave the application access: district or teacher. */
    public readonly ?string $authorizedBy;
    /** How this identity was proven: id_token, or me when Clever was asked with the token of this login. */
    public readonly string $provenBy;
    /** Whether an administrator of Clever logged in as this person, as the callback says; not proven. */
    public readonly bool $loginasByAdmin;
    /** @var array<string, mixed> The claims of the ID token, or the data of /me and of the person's own record. */
    public readonly array $claims;
    /** @internal What no dump, export or cast shows. */
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
     * Everything, as applications keep it: with the personal data.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * A person's name, as far as Clever tells it.
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
    /** The last name; of a student in Clever Library only the initial. */
    public readonly ?string $last;
    /** First, middle and last name with a space between them; empty when nothing is known. */
    public readonly string $full;
    /** @internal What no dump, export or cast shows. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(
        #[\SensitiveParameter] ?string $first,
        #[\SensitiveParameter] ?string $middle,
        #[\SensitiveParameter] ?string $last,
        #[\SensitiveParameter] string $full,
    ) {}

    /**
     * Everything, as applications keep it: with the personal data.
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
    /** student, teacher, staff, district_admin, contact, or a word that Clever added since. */
    public readonly string $name;
    /** The id that this person had in this role before API v3. */
    public readonly ?string $legacyId;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $name, ?string $legacyId) {}
}

/**
 * What a code was exchanged for. Dumps show neither of them.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Tokens implements \JsonSerializable
{
    /** Opens Clever's API for 24 hours. */
    public readonly string $accessToken;
    /** Says who logged in; only for applications with OpenID Connect, and not for Clever Library. */
    public readonly ?string $idToken;
    /** @internal What no dump, export or cast shows. */
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
 * What Clever says of an access token that was issued to this application.
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
 * Who an access token belongs to.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class Me implements \JsonSerializable
{
    /** The Clever id. */
    public readonly string $id;
    /** The district; a person of Clever Library has none. */
    public readonly ?string $districtId;
    /** The kind of account; API v3 says user of everybody, older ones name the role. */
    public readonly ?string $userType;
    /** Who gave the application access: district or teacher. */
    public readonly ?string $authorizedBy;
    /** @var array<string, mixed> Everything Clever said. */
    public readonly array $json;
    /** @internal What no dump, export or cast shows. */
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
     * Everything, as applications keep it: with the personal data.
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
    /** An email address that nobody verified: it may be another person's, and it may change. Never a key. */
    public readonly ?string $unverifiedEmail;
    /** @var list<Role> Every role of this person. */
    public readonly array $roles;
    /** @var array<string, mixed> Everything Clever said. */
    public readonly array $json;
    /** @internal What no dump, export or cast shows. */
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
     * Everything, as applications keep it: with the personal data.
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
 * The claims of a person, as the userinfo endpoint tells them. Dumps do not show them.
 *
 * @strict-properties
 * @not-serializable
 */
final readonly class UserInfo implements \JsonSerializable
{
    /** Who it is, as the issuer names them (sub). */
    public readonly string $id;
    /** @var array<string, mixed> All claims. Clever's name is an object. */
    public readonly array $json;
    /** @internal What no dump, export or cast shows. */
    private readonly \SensitiveParameterValue $hidden;

    /** @implementation-alias CleverSso\SetCookie::__construct */
    public function __construct(string $id, #[\SensitiveParameter] array $json) {}

    /**
     * Everything, as applications keep it: with the personal data.
     *
     * @return array<string, mixed>
     *
     * @implementation-alias CleverSso\SetCookie::jsonSerialize
     */
    public function jsonSerialize(): array {}
}

/**
 * What Clever said through the browser. Nothing in it is proven yet. One of code, accessToken and error is there, and
 * only one. Dumps show neither code nor token nor state.
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
    /** The state, if there is one: a login that begins at Clever has none. Compare it by hash_equals. */
    public readonly ?string $state;
    /** @var list<string> The scopes that Clever names. */
    public readonly array $scopes;
    /** The error word in place of a code or token, for example access_denied. */
    public readonly ?string $error;
    /** Text that came with the error. Anybody can make a URL with such a text: do not show it as if it were Clever's. */
    public readonly ?string $errorDescription;
    /** The issuer (RFC 9207), if it is named. */
    public readonly ?string $issuer;
    /** Whether an administrator of Clever logs in as this person. */
    public readonly bool $loginasByAdmin;
    /** @internal What no dump, export or cast shows. */
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
     * Reads what the browser brought: a whole URL, its query, or the fragment of the implicit grant. No network.
     *
     * Client::finishLogin does this itself; this method is for those who drive the flow themselves.
     *
     * @throws LoginException callback_malformed, callback_duplicate, callback_contradictory
     */
    public static function parse(#[\SensitiveParameter] string $callback): Callback {}
}

/**
 * Keys that may verify ID tokens, made once from the text of a JWKS (RFC 7517): with no client and no network.
 *
 * Keys that are broken or meant for something else are left out. It can be neither cloned nor serialized. Two key sets are
 * equal (==) when their texts are.
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
     * @throws CleverException response_malformed when it is no JWKS, keys_unusable when no key in it may verify.
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
     * @param string|null $nonce The one that was sent. Without one, the token must have none.
     * @param string|null $accessToken The one that came with it: then at_hash, if there is one, must belong to it.
     * @param int|null $now The time in Unix seconds. Default: this machine's clock.
     * @param int $leeway How many seconds the clocks may differ, at most 600.
     *
     * @return array<string, mixed> The claims.
     *
     * @throws TokenException The word of the first rule that is broken, id_token_expired for example.
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
 * No token, code, secret, name or email address ever stands in one: it may be logged as it is. getMessage() is the line
 * for the log: the error code, what happened, what was expected and what was found.
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
    /** @var list<SetCookie> After beginLogin or finishLogin: set these with the answer. */
    public readonly array $setCookies;
    /** Whether the session that the browser had must end: a login that this browser began has failed. */
    public readonly bool $endsSession;

    /**
     * One that an application makes, in a test for example, has what it is given; by default no cookies, and it ends nothing.
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

    /** A sentence that may be shown to the person who logs in. */
    public function getUserMessage(): string {}

    /** Who can put it right: user, app, clever or network. */
    public function getActor(): string {}

    /** Whether the same call, or the same login started again, may succeed without anybody changing anything. */
    public function isRetryable(): bool {}

    /** The HTTP status of the page that shows this failure to the person: 400, 403, 500 or 503. */
    public function getPageStatus(): int {}

    /** The HTTP status of Clever's answer that led to this failure, if there was one. */
    public function getHttpStatus(): ?int {}

    /** How many seconds Clever asks to wait before the next attempt, if it said so: for the page's Retry-After header. */
    public function getRetryAfter(): ?int {}

    /**
     * Where the failed login wanted to go, as an ASCII path or URL, if that is known. Begin the next one with it, so that
     * "Try again" leads to the same page.
     */
    public function getReturnTo(): ?string {}

    /** Whether the failed login was begun with switchUser. Begin the next one with it too. */
    public function getSwitchUser(): bool {}
}

/** The configuration is wrong or lacks something. */
final class ConfigException extends Exception
{
}

/** A value handed to the call cannot be used. */
final class ArgumentException extends Exception
{
}

/** The browser came back with something that cannot finish a login. */
final class LoginException extends Exception
{
}

/** A token is not what it must be. */
final class TokenException extends Exception
{
}

/** Clever refused, or answered what cannot be understood. */
final class CleverException extends Exception
{
}

/** Clever could not be reached. */
final class NetworkException extends Exception
{
}

/** A fault of the library or of the machine it runs on. */
final class InternalException extends Exception
{
}
