<?php

declare(strict_types=1);

namespace CleverSso;

/** Properties that no dump, export, cast or encoding shows, and that are never serialized: as in the extension. */
trait Redacted
{
    private readonly \SensitiveParameterValue $hidden;

    public function __get(string $name): mixed
    {
        $hidden = $this->hidden->getValue();
        return array_key_exists($name, $hidden)
            ? $hidden[$name]
            : throw new \Error('Undefined property: ' . self::class . "::\${$name}");
    }

    public function __isset(string $name): bool
    {
        return isset($this->hidden->getValue()[$name]);
    }

    public function __set(string $name, mixed $value): void
    {
        $refused = isset($this->hidden->getValue()[$name]) ? 'modify readonly' : 'create dynamic';
        throw new \Error("Cannot {$refused} property " . self::class . "::\${$name}");
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        $shown = array_diff_key(get_object_vars($this), ['hidden' => true]);
        return $shown + array_map(fn($value) => $value === null ? null : '[redacted]', $this->hidden->getValue());
    }

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->__debugInfo();
    }
}
