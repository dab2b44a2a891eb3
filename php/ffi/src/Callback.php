<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * What Clever sent through the browser. None of it is proven yet. Exactly one of code, accessToken and error is set. Dumps show
 * neither code nor token nor state.
 */
final class Callback implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

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

    public function __construct(
        #[\SensitiveParameter] ?string $code,
        #[\SensitiveParameter] ?string $accessToken,
        #[\SensitiveParameter] ?string $state,
        array $scopes,
        ?string $error,
        ?string $errorDescription,
        ?string $issuer,
        bool $loginasByAdmin,
    ) {
        $this->scopes = $scopes;
        $this->error = $error;
        $this->errorDescription = $errorDescription;
        $this->issuer = $issuer;
        $this->loginasByAdmin = $loginasByAdmin;
        $this->hide(compact('code', 'accessToken', 'state'));
    }

    /**
     * Reads a callback: a whole URL, its query, or the fragment of the implicit grant. No network.
     *
     * Client::finishLogin does this itself; this method is for applications that drive the flow themselves.
     *
     * @throws LoginException callback_malformed, callback_duplicate, callback_contradictory
     */
    public static function parse(#[\SensitiveParameter] string $callback): Callback
    {
        return Library::read('parse_callback', 'callback', Reader::callback(...), $callback);
    }
}
