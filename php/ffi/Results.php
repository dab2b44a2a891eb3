<?php

/** What comes of a login, and what goes wrong: as the extension has it. */

declare(strict_types=1);

namespace CleverSso;

/** Properties that no dump, export, cast or encoding shows, and that are never serialized: as in the extension. */
trait Redacted
{
    private readonly \SensitiveParameterValue $hidden;

    public function __get(string $name): mixed
    {
        $hidden = $this->hidden->getValue();
        return array_key_exists($name, $hidden)
            ? $hidden[$name]
            : throw new \Error('Undefined property: ' . self::class . "::\${$name}");
    }

    public function __isset(string $name): bool
    {
        return isset($this->hidden->getValue()[$name]);
    }

    public function __set(string $name, mixed $value): void
    {
        $refused = isset($this->hidden->getValue()[$name]) ? 'modify readonly' : 'create dynamic';
        throw new \Error("Cannot {$refused} property " . self::class . "::\${$name}");
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        $shown = array_diff_key(get_object_vars($this), ['hidden' => true]);
        return $shown + array_map(fn($value) => $value === null ? null : '[redacted]', $this->hidden->getValue());
    }

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->__debugInfo();
    }

}

/** The same for what says who a person is. That may be encoded, since applications keep it. */
trait Personal
{
    use Redacted;

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return array_diff_key(get_object_vars($this), ['hidden' => true]) + $this->hidden->getValue();
    }
}

/** As the extension has it: results are for this request, and hold what is nobody else's. */
trait NotSerializable
{
    public function __serialize(): array
    {
        throw new \Exception("Serialization of '" . self::class . "' is not allowed");
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): void
    {
        throw new \Exception("Unserialization of '" . self::class . "' is not allowed");
    }
}

/**
 * A cookie that the answer to the browser must set; it always has Path=/, HttpOnly and SameSite=Lax.
 *
 * @property-read string $value Empty when the cookie is to be deleted.
 * @property-read string $header The value of the Set-Cookie header.
 */
final readonly class SetCookie implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    private function __construct(
        /** Over https it starts with __Host-. */
        public string $name,
        #[\SensitiveParameter] string $value,
        /** How long the browser keeps it, in seconds; 0 deletes it. */
        public int $maxAge,
        /** Whether the browser sends it over https only. */
        public bool $secure,
        #[\SensitiveParameter] string $header,
    ) {
        $this->hidden = new \SensitiveParameterValue(['value' => $value, 'header' => $header]);
    }

    /** Adds the Set-Cookie header to the answer. Other cookies stay. */
    public function send(): void
    {
        header("Set-Cookie: {$this->header}", false);
    }
}

/** How to answer a request that must not act: with this status and no body. */
final readonly class Refusal
{
    use NotSerializable;

    private function __construct(
        /** 200 for HEAD, 403, 405 or 503. */
        public int $status,
        /** With a 405 the value of the Allow header. */
        public ?string $allow,
    ) {
    }
}

/**
 * A login that has begun.
 *
 * @property-read string $url Send the browser there.
 * @property-read string $pending For applications that keep logins in a session of their own: what to keep for ten minutes,
 *     about 100 bytes, URL-safe.
 */
final readonly class Login implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** @param list<SetCookie> $setCookies */
    private function __construct(
        #[\SensitiveParameter] string $url,
        /** Set these with the redirect. */
        public array $setCookies,
        /** For applications that keep logins in a session of their own instead: the key to keep pending under. */
        public string $key,
        #[\SensitiveParameter] string $pending,
    ) {
        $this->hidden = new \SensitiveParameterValue(['url' => $url, 'pending' => $pending]);
    }
}

/** The outcome of a login: SignedIn, Restart or Denied, and nothing else. Each has setCookies and endsSession. */
interface Outcome
{
}

/** Somebody logged in. */
final readonly class SignedIn implements Outcome
{
    use NotSerializable;

    private function __construct(
        public Identity $identity,
        public Tokens $tokens,
        /** Where the application wanted to go, as an ASCII path or URL. */
        public ?string $returnTo,
        /** Whether the login was begun with switchUser: when the application refuses this person, "Try again" begins with it. */
        public bool $switchUser,
        /** @var list<SetCookie> Set these with the answer. */
        public array $setCookies,
        /** Always true: the new session replaces the one that the browser had. */
        public bool $endsSession,
    ) {
    }
}

/** The login restarts: send the browser to login->url, with setCookies. */
final readonly class Restart implements Outcome
{
    use NotSerializable;

    private function __construct(
        public Login $login,
        /** The code word of the cause, for example state_missing. */
        public string $reason,
        /** @var list<SetCookie> Set these with the answer. */
        public array $setCookies,
        /** Always false: nothing of the session changes. */
        public bool $endsSession,
    ) {
    }
}

/** Clever refused this person. */
final readonly class Denied implements Outcome
{
    use NotSerializable;

    private function __construct(
        /** Clever's word, for example access_denied. */
        public string $error,
        /** Whoever made the URL wrote it: do not show it as if it were Clever's. */
        public ?string $description,
        /** @var list<SetCookie> Set these with the answer. */
        public array $setCookies,
        /** Whether the session that the browser had must end: when this is the answer to a login that this browser began. */
        public bool $endsSession,
        /** Where the login wanted to go, as an ASCII path or URL, if that is known: for a link to try again. */
        public ?string $returnTo,
        /** Whether the login was begun with switchUser: the link to try again begins one with it too. */
        public bool $switchUser,
    ) {
    }
}

/**
 * What a code was exchanged for.
 *
 * @property-read string $accessToken Opens Clever's API for 24 hours.
 * @property-read string|null $idToken Says who logged in.
 */
final readonly class Tokens implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    private function __construct(#[\SensitiveParameter] string $accessToken, #[\SensitiveParameter] ?string $idToken)
    {
        $this->hidden = new \SensitiveParameterValue(['accessToken' => $accessToken, 'idToken' => $idToken]);
    }
}

/**
 * A person's name, as far as Clever tells it. Dumps do not show it.
 *
 * @property-read string|null $first
 * @property-read string|null $middle
 * @property-read string|null $last
 * @property-read string $full
 */
final readonly class Name implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    private function __construct(?string $first, ?string $middle, ?string $last, string $full)
    {
        $this->hidden = new \SensitiveParameterValue(compact('first', 'middle', 'last', 'full'));
    }
}

/** One of the roles of a person. */
final readonly class Role
{
    use NotSerializable;

    private function __construct(public string $name, public ?string $legacyId)
    {
    }
}

/**
 * Who logged in. The key of a user is the pair of issuer and id: names and email addresses change and repeat. Dumps show
 * neither name nor email nor claims.
 *
 * @property-read Name $name
 * @property-read string|null $unverifiedEmail
 * @property-read array $claims
 */
final readonly class Identity implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /**
     * @param list<Role> $roles
     * @param list<string> $legacyIds
     * @param array<string, mixed> $claims
     */
    private function __construct(
        public string $issuer,
        public string $id,
        public ?string $districtId,
        public ?string $userType,
        public array $roles,
        Name $name,
        ?string $unverifiedEmail,
        public array $legacyIds,
        public ?string $authorizedBy,
        public string $provenBy,
        public bool $loginasByAdmin,
        array $claims,
    ) {
        $this->hidden = new \SensitiveParameterValue(compact('name', 'unverifiedEmail', 'claims'));
    }
}

/** A failure of Log in with Clever; the base of all others. It may be logged as it is. */
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

    /** One that an application makes has no cookies, and ends nothing. */
    public function __construct(string $message = '', int $code = 0, ?\Throwable $previous = null)
    {
        parent::__construct($message, $code, $previous);
        [$this->setCookies, $this->endsSession] = [[], false];
    }

    /** The code word, for example id_token_expired. */
    public function getCodeWord(): string
    {
        return $this->codeWord;
    }

    /** A sentence that may be shown to the person who logs in. */
    public function getUserMessage(): string
    {
        return $this->userMessage;
    }

    /** Who can put it right: user, app, clever or network. */
    public function getActor(): string
    {
        return $this->actor;
    }

    /** Whether the same login begun again may succeed without anybody changing anything. */
    public function isRetryable(): bool
    {
        return $this->retryable;
    }

    /** The HTTP status of the page that shows this failure to the person: 400, 500 or 503. */
    public function getPageStatus(): int
    {
        return $this->pageStatus;
    }

    /** Where the failed login wanted to go, as an ASCII path or URL, if that is known. */
    public function getReturnTo(): ?string
    {
        return $this->returnTo;
    }

    /** Whether the failed login was begun with switchUser. Begin the next one with it too. */
    public function getSwitchUser(): bool
    {
        return $this->switchUser;
    }

    /** The HTTP status of Clever's answer that led to this failure, if there was one. */
    public function getHttpStatus(): ?int
    {
        return $this->httpStatus;
    }

    /** How many seconds Clever asks to wait before the next attempt, if it said so. */
    public function getRetryAfter(): ?int
    {
        return $this->retryAfter;
    }
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
