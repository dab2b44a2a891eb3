<?php

declare(strict_types=1);

namespace CleverSso;

/** A district's record. */
final readonly class District
{
    use NotSerializable;

    public function __construct(
        /** The district's id. */
        public string $id,
        /** Its name. */
        public ?string $name,
        /** @var array<string, mixed> Everything Clever said. */
        public array $json,
    ) {
    }
}
