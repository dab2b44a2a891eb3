<?php

declare(strict_types=1);

namespace CleverSso;

/** One of the roles of a person. */
final readonly class Role
{
    use NotSerializable;

    private function __construct(public string $name, public ?string $legacyId)
    {
    }
}
