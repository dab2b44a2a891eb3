<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal As in the extension: results are for this request, and contain private data. */
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
