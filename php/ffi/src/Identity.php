<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * Who logged in. The key of a user is the pair of issuer and id: names and email addresses change and repeat. Dumps show
 * neither name nor email nor claims.
 *
 * @property-read Name $name
 * @property-read string|null $unverifiedEmail
 * @property-read array $claims
 */
final readonly class Identity implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /**
     * @param list<Role> $roles
     * @param list<string> $legacyIds
     * @param array<string, mixed> $claims
     */
    private function __construct(
        public string $issuer,
        public string $id,
        public ?string $districtId,
        public ?string $userType,
        public array $roles,
        Name $name,
        ?string $unverifiedEmail,
        public array $legacyIds,
        public ?string $authorizedBy,
        public string $provenBy,
        public bool $loginasByAdmin,
        array $claims,
    ) {
        $this->hidden = new \SensitiveParameterValue(compact('name', 'unverifiedEmail', 'claims'));
    }
}
