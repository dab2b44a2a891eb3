<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * Who logged in. The key of a user is the pair of issuer and id: names and email addresses change and repeat.
 *
 * Dumps show neither name nor email nor claims.
 */
final class Identity implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

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
    ) {
        $this->issuer = $issuer;
        $this->id = $id;
        $this->districtId = $districtId;
        $this->userType = $userType;
        $this->roles = $roles;
        $this->legacyIds = $legacyIds;
        $this->authorizedBy = $authorizedBy;
        $this->provenBy = $provenBy;
        $this->loginasByAdmin = $loginasByAdmin;
        $this->hide(compact('name', 'unverifiedEmail', 'claims'));
    }
}
