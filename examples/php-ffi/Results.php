<?php

/** What comes of a login, and what goes wrong: as the extension has it. */

declare(strict_types=1);

namespace CleverSso;

use FFI\CData;

/** A login that has begun. */
final class Login
{
    public function __construct(
        /** Send the browser there. */
        public readonly string $url,
        /** Keep this with the browser until it comes back: at most 512 bytes, URL-safe. */
        #[\SensitiveParameter] public readonly string $pending,
    ) {
    }

    public static function of(CData $login): self
    {
        $library = Library::get();
        return new self($library->clever_sso_login_url($login), $library->clever_sso_login_pending($login));
    }

    public function __debugInfo(): array
    {
        return ['url' => '[redacted]', 'pending' => '[redacted]'];
    }
}

/** What came of a login: SignedIn, Restart or Denied, and nothing else. */
interface Outcome
{
}

/** Somebody logged in. */
final class SignedIn implements Outcome
{
    public function __construct(
        public readonly Identity $identity,
        public readonly Tokens $tokens,
        /** Where the application wanted to go, as it was given to beginLogin. */
        public readonly ?string $returnTo,
    ) {
    }
}

/** The login was begun anew: keep login->pending, send the browser to login->url. */
final class Restart implements Outcome
{
    public function __construct(
        public readonly Login $login,
        /** The code word of the cause, for example state_missing. */
        public readonly string $reason,
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
    ) {
    }
}

/** What a code was exchanged for. */
final class Tokens
{
    public function __construct(
        #[\SensitiveParameter] public readonly string $accessToken,
        #[\SensitiveParameter] public readonly ?string $idToken,
    ) {
    }

    public function __debugInfo(): array
    {
        return ['accessToken' => '[redacted]', 'idToken' => '[redacted]'];
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
