<?php

/** Who is signed in, as a session keeps it. */

declare(strict_types=1);

namespace CleverSso;

/** The part of an Identity that belongs in a session: no email address, token or claim. The key of a user is issuer and id. */
final class SessionIdentity
{
    /**
     * @param string $issuer The issuer that proved who this person is.
     * @param string $id The Clever id.
     * @param string|null $districtId The district's id; null for people in Clever Library.
     * @param string|null $userType The role of this login; null when a person has several and did not pick one.
     * @param list<string> $roles The names of all roles.
     * @param string $fullName First, middle and last name; empty when nothing is known.
     * @param string|null $firstName The first name.
     * @param string|null $lastName The last name.
     * @param bool $loginasByAdmin Whether an administrator of Clever logged in as this person.
     */
    public function __construct(
        public readonly string $issuer,
        public readonly string $id,
        public readonly ?string $districtId = null,
        public readonly ?string $userType = null,
        public readonly array $roles = [],
        public readonly string $fullName = '',
        public readonly ?string $firstName = null,
        public readonly ?string $lastName = null,
        public readonly bool $loginasByAdmin = false,
    ) {
    }

    public static function of(Identity $identity): self
    {
        return new self(
            $identity->issuer,
            $identity->id,
            $identity->districtId,
            $identity->userType,
            array_values(array_map(fn(Role $role) => $role->name, $identity->roles)),
            $identity->name->full,
            $identity->name->first,
            $identity->name->last,
            $identity->loginasByAdmin,
        );
    }

    /**
     * Whether this person has one of the roles: student, teacher, staff, district_admin, contact. If Clever said the
     * role of the login, only that role counts. Otherwise every role does.
     */
    public function hasRole(string ...$names): bool
    {
        return array_intersect($this->userType === null ? $this->roles : [$this->userType], $names) !== [];
    }

    /** The key of this person, as one text: issuer and id. */
    public function key(): string
    {
        return "{$this->issuer} {$this->id}";
    }

    /** @return array<string, mixed> For a session that keeps plain values. */
    public function toArray(): array
    {
        return get_object_vars($this);
    }

    /** The inverse of `toArray`; null for any other array. */
    public static function fromArray(mixed $kept): ?self
    {
        if (!is_array($kept) || !is_string($kept['issuer'] ?? null) || !is_string($kept['id'] ?? null)) {
            return null;
        }
        try {
            return new self(...array_intersect_key($kept, get_class_vars(self::class)));
        } catch (\TypeError) {
            return null;
        }
    }

    /** @return array<string, mixed> For dumps: no name. */
    public function __debugInfo(): array
    {
        $shown = array_fill_keys(['fullName', 'firstName', 'lastName'], '[redacted]');
        return $shown + get_object_vars($this);
    }
}
