<?php

declare(strict_types=1);

namespace CleverSso;

/** The claims of a person from the userinfo endpoint. Dumps do not show them. */
final class UserInfo implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /** The person's id at the issuer (sub). */
    public readonly string $id;
    /** @var array<string, mixed> All claims. Clever's name is an object. */
    public readonly array $json;

    public function __construct(
        string $id,
        #[\SensitiveParameter] array $json,
    ) {
        $this->id = $id;
        $this->hide(compact('json'));
    }
}
