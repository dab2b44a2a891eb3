<?php

declare(strict_types=1);

namespace CleverSso;

/** Who an access token belongs to. */
final class Me implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /** The Clever id. */
    public readonly string $id;
    /** The district's id; null for people in Clever Library. */
    public readonly ?string $districtId;
    /** The kind of account. API v3 says user for everyone; older versions name the role. */
    public readonly ?string $userType;
    /** Who gave the application access: district or teacher. */
    public readonly ?string $authorizedBy;
    /** @var array<string, mixed> Everything Clever said. */
    public readonly array $json;

    public function __construct(
        string $id,
        ?string $districtId,
        ?string $userType,
        ?string $authorizedBy,
        #[\SensitiveParameter] array $json,
    ) {
        $this->id = $id;
        $this->districtId = $districtId;
        $this->userType = $userType;
        $this->authorizedBy = $authorizedBy;
        $this->hide(compact('json'));
    }
}
