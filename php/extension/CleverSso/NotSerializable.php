<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal As in the extension: what a client gives or throws is for this request, and contains private data. */
trait NotSerializable
{
    public function __serialize(): array
    {
        throw Traces::safe(new \Exception("Serialization of '" . static::class . "' is not allowed"));
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): void
    {
        throw Traces::safe(new \Exception("Unserialization of '" . static::class . "' is not allowed"));
    }
}
