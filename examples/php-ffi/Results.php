<?php

/** What comes of a login, and what goes wrong: as the extension has it. */

declare(strict_types=1);

namespace CleverSso;

use FFI\CData;

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
        throw new \Error('Cannot modify readonly property ' . self::class . "::\${$name}");
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

    public function __serialize(): array
    {
        throw new \Exception("Serialization of '" . self::class . "' is not allowed");
    }
}

/**
 * A cookie that the answer to the browser must set; it always has Path=/, HttpOnly and SameSite=Lax.
 *
 * @property-read string $value Empty when the cookie is to be deleted.
 * @property-read string $header The value of the Set-Cookie header.
 */
final class SetCookie implements \JsonSerializable
{
    use Redacted;

    public function __construct(
        /** Over https it starts with __Host-. */
        public readonly string $name,
        #[\SensitiveParameter] string $value,
        /** How long the browser keeps it, in seconds; 0 deletes it. */
        public readonly int $maxAge,
        /** Whether the browser sends it over https only. */
        public readonly bool $secure,
        #[\SensitiveParameter] string $header,
    ) {
        $this->hidden = new \SensitiveParameterValue(['value' => $value, 'header' => $header]);
    }

    /**
     * The cookies of a handle: of a login, an outcome, an error or a log out.
     *
     * @return list<self>
     */
    public static function all(string $noun, #[\SensitiveParameter] CData $handle): array
    {
        $library = Library::get();
        $all = [];
        while (($cookie = $library->{"clever_sso_{$noun}_set_cookie"}($handle, count($all))) !== null) {
            $read = fn(string $what) => $library->{"clever_sso_set_cookie_$what"}($cookie);
            $all[] = new self($read('name'), $read('value'), $read('max_age'), $read('secure'), $read('header'));
        }
        return $all;
    }

    /** Adds the Set-Cookie header to the answer. Other cookies stay. */
    public function send(): void
    {
        header("Set-Cookie: {$this->header}", false);
    }
}

/** How to answer a request that must not act: with this status and no body. */
final class Refusal
{
    public function __construct(
        /** 200 for HEAD, 403, 405 or 503. */
        public readonly int $status,
        /** With a 405 the value of the Allow header. */
        public readonly ?string $allow,
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
final class Login implements \JsonSerializable
{
    use Redacted;

    /** @param list<SetCookie> $setCookies */
    public function __construct(
        #[\SensitiveParameter] string $url,
        /** Set these with the redirect. */
        public readonly array $setCookies,
        /** For applications that keep logins in a session of their own instead: the key to keep pending under. */
        public readonly string $key,
        #[\SensitiveParameter] string $pending,
    ) {
        $this->hidden = new \SensitiveParameterValue(['url' => $url, 'pending' => $pending]);
    }

    public static function of(CData $login): self
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_login_$what"}($login);
        return new self($read('url'), SetCookie::all('login', $login), $read('key'), $read('pending'));
    }
}

/** The outcome of a login: SignedIn, Restart or Denied, and nothing else. Each has setCookies and endsSession. */
interface Outcome
{
}

/** Somebody logged in. */
final class SignedIn implements Outcome
{
    public function __construct(
        public readonly Identity $identity,
        public readonly Tokens $tokens,
        /** Where the application wanted to go, as an ASCII path or URL. */
        public readonly ?string $returnTo,
        /** @var list<SetCookie> Set these with the answer. */
        public readonly array $setCookies,
        /** Always true: the new session replaces the one that the browser had. */
        public readonly bool $endsSession,
    ) {
    }
}

/** The login restarts: send the browser to login->url, with setCookies. */
final class Restart implements Outcome
{
    public function __construct(
        public readonly Login $login,
        /** The code word of the cause, for example state_missing. */
        public readonly string $reason,
        /** @var list<SetCookie> Set these with the answer. */
        public readonly array $setCookies,
        /** Always false: nothing of the session changes. */
        public readonly bool $endsSession,
    ) {
    }
}

/** Clever refused this person. */
final class Denied implements Outcome
{
    public function __construct(
        /** Clever's word, for example access_denied. */
        public readonly string $error,
        /** Whoever made the URL wrote it: do not show it as if it were Clever's. */
        public readonly ?string $description,
        /** @var list<SetCookie> Set these with the answer. */
        public readonly array $setCookies,
        /** Whether the session that the browser had must end: when this is the answer to a login that this browser began. */
        public readonly bool $endsSession,
    ) {
    }
}

/**
 * What a code was exchanged for.
 *
 * @property-read string $accessToken Opens Clever's API for 24 hours.
 * @property-read string|null $idToken Says who logged in.
 */
final class Tokens implements \JsonSerializable
{
    use Redacted;

    public function __construct(#[\SensitiveParameter] string $accessToken, #[\SensitiveParameter] ?string $idToken)
    {
        $this->hidden = new \SensitiveParameterValue(['accessToken' => $accessToken, 'idToken' => $idToken]);
    }
}

/** A person's name, as far as Clever tells it. */
final class Name
{
    public function __construct(
        public readonly ?string $first,
        public readonly ?string $middle,
        public readonly ?string $last,
        public readonly string $full,
    ) {
    }
}

/** One of the roles of a person. */
final class Role
{
    public function __construct(public readonly string $name, public readonly ?string $legacyId)
    {
    }
}

/** Who logged in. The key of a user is the pair of issuer and id: names and email addresses change and repeat. */
final class Identity
{
    /**
     * @param list<Role> $roles
     * @param list<string> $legacyIds
     * @param array<string, mixed> $claims
     */
    public function __construct(
        public readonly string $issuer,
        public readonly string $id,
        public readonly ?string $districtId,
        public readonly ?string $userType,
        public readonly array $roles,
        public readonly Name $name,
        public readonly ?string $unverifiedEmail,
        public readonly array $legacyIds,
        public readonly ?string $authorizedBy,
        public readonly string $provenBy,
        public readonly bool $loginasByAdmin,
        public readonly array $claims,
    ) {
    }

    public static function of(CData $identity): self
    {
        $library = Library::get();
        $read = fn(string $what, int ...$index) => $library->{"clever_sso_identity_$what"}($identity, ...$index);
        $each = fn(string $what, callable $one) => array_map($one, array_slice(range(0, $read("{$what}_count")), 0, -1));
        return new self(
            issuer: $read('issuer'),
            id: $read('id'),
            districtId: $read('district_id'),
            userType: $read('user_type'),
            roles: $each('role', fn(int $i) => new Role($read('role_name', $i), $read('role_legacy_id', $i))),
            name: new Name($read('first_name'), $read('middle_name'), $read('last_name'), $read('full_name')),
            unverifiedEmail: $read('unverified_email'),
            legacyIds: $each('legacy_id', fn(int $i) => $read('legacy_id', $i)),
            authorizedBy: $read('authorized_by'),
            provenBy: $read('proven_by'),
            loginasByAdmin: $read('loginas_by_admin'),
            claims: json_decode($read('claims_json'), true, flags: JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING),
        );
    }

    /** Dumps show neither name nor email nor claims. */
    public function __debugInfo(): array
    {
        $shown = ['issuer' => $this->issuer, 'id' => $this->id, 'districtId' => $this->districtId];
        return $shown + ['userType' => $this->userType, 'provenBy' => $this->provenBy];
    }
}

/** A failure of Log in with Clever; the base of all others. It may be logged as it is. */
abstract class Exception extends \Exception
{
    public function __construct(
        string $message,
        private readonly string $codeWord,
        private readonly string $userMessage,
        private readonly string $actor,
        private readonly bool $retryable,
        private readonly ?int $httpStatus,
        private readonly ?int $retryAfter = null,
        /** @var list<SetCookie> Set these with the answer. */
        public readonly array $setCookies = [],
        /** Whether the session that the browser had must end: a login that this browser began has failed. */
        public readonly bool $endsSession = false,
    ) {
        parent::__construct($message);
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

    /** The HTTP status of the answer that led to this failure, if there was one. */
    public function getHttpStatus(): ?int
    {
        return $this->httpStatus;
    }

    /** How many seconds the server asks to wait before the next attempt, if it said so. */
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
