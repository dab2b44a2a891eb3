<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * Who logged in. The key of a user is the pair of issuer and id: names and email addresses change and repeat.
 *
 * Dumps show neither name nor email nor claims.
 */
final readonly class Identity implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /** The issuer that proved who this person is. */
    public string $issuer;
    /** The Clever id (API v3). */
    public string $id;
    /** The district; a person of Clever Library has none. */
    public ?string $districtId;
    /** The role of this login, such as student; null when a person has several and did not pick one. */
    public ?string $userType;
    /** @var list<Role> Every role that is known. */
    public array $roles;
    /** The name. */
    public Name $name;
    /** An unverified email address: it may belong to another person, and it may change. Never use it as a key. */
    public ?string $unverifiedEmail;
    /** @var list<string> Ids that this person had before API v3. */
    public array $legacyIds;
    /** Who gave the application access: district or teacher. */
    public ?string $authorizedBy;
    /** How this identity was proven: id_token, or me when Clever was asked with the token of this login. */
    public string $provenBy;
    /** Whether an administrator at Clever logged in as this person. The callback says so; not proven. */
    public bool $loginasByAdmin;
    /** @var array<string, mixed> The claims of the ID token, or the data of /me and of the person's own record. */
    public array $claims;

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
