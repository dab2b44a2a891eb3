<?php

declare(strict_types=1);

namespace CleverSso;

/** A district's record. */
final class District
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** The district's id. */
        public readonly string $id,
        /** Its name. */
        public readonly ?string $name,
        /** @var array<string, mixed> Everything Clever said. */
        public readonly array $json,
    ) {
    }
}
