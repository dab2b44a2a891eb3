<?php

declare(strict_types=1);

namespace CleverSso;

/** A person's record. Dumps show neither name nor email. */
final readonly class User implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /** The Clever id. */
    public string $id;
    /** The district. */
    public ?string $districtId;
    /** The name. */
    public Name $name;
    /** An unverified email address: it may belong to another person, and it may change. Never use it as a key. */
    public ?string $unverifiedEmail;
    /** @var list<Role> Every role of this person. */
    public array $roles;
    /** @var array<string, mixed> Everything Clever said. */
    public array $json;

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
