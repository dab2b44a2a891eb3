<?php

declare(strict_types=1);

namespace CleverSso;

/** A person's record. Dumps show neither name nor email. */
final class User implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

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

    public function __construct(
        string $id,
        ?string $districtId,
        #[\SensitiveParameter] Name $name,
        #[\SensitiveParameter] ?string $unverifiedEmail,
        array $roles,
        #[\SensitiveParameter] array $json,
    ) {
        $this->id = $id;
        $this->districtId = $districtId;
        $this->roles = $roles;
        $this->hide(compact('name', 'unverifiedEmail', 'json'));
    }
}
