<?php

declare(strict_types=1);

namespace CleverSso;

/** Who an access token belongs to. */
final readonly class Me implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /** The Clever id. */
    public string $id;
    /** The district; a person of Clever Library has none. */
    public ?string $districtId;
    /** The kind of account. API v3 says user for everyone; older versions name the role. */
    public ?string $userType;
    /** Who gave the application access: district or teacher. */
    public ?string $authorizedBy;
    /** @var array<string, mixed> Everything Clever said. */
    public array $json;

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
