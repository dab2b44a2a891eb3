<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal With its readonly properties, a class that uses this is what PHP 8.2 calls a readonly class. PHP 8.1 has none. */
trait Unchangeable
{
    public function __set(string $name, #[\SensitiveParameter] mixed $value): void
    {
        throw Traces::safe(new \Error('Cannot create dynamic property ' . self::class . "::\${$name}"));
    }
}
