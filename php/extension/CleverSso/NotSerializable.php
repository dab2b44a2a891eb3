<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal As the extension has it: results are for this request, and hold what is nobody else's. */
trait NotSerializable
{
    public function __serialize(): array
    {
        throw new \Exception("Serialization of '" . self::class . "' is not allowed");
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): void
    {
        throw new \Exception("Unserialization of '" . self::class . "' is not allowed");
    }
}
