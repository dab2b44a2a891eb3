<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal A value that no dump, export, cast or trace shows: \SensitiveParameterValue, or an object of this class on PHP 8.1,
 * which does not have that.
 */
final class Hidden
{
    use NotSerializable;

    /** @var \WeakMap<self, mixed>|null The values. A dump of a property would show them. */
    private static ?\WeakMap $values = null;
    private static ?string $key = null;

    /** The same for equal values, so that == compares them. It says nothing about the value: its key is random. */
    private readonly string $mark;

    private function __construct(#[\SensitiveParameter] mixed $value)
    {
        self::$values ??= new \WeakMap();
        self::$key ??= random_bytes(32);
        self::$values[$this] = $value;
        $this->mark = hash_hmac('sha256', serialize(self::plain($value)), self::$key);
    }

    public static function of(#[\SensitiveParameter] mixed $value): \SensitiveParameterValue|self
    {
        return Traces::areSafe() ? new \SensitiveParameterValue($value) : new self($value);
    }

    public function getValue(): mixed
    {
        return self::$values[$this];
    }

    private function __clone(): void
    {
    }

    /** @return array<never, never> */
    public function __debugInfo(): array
    {
        return [];
    }

    /** A value as arrays and scalars, which `serialize` takes. */
    private static function plain(#[\SensitiveParameter] mixed $value): mixed
    {
        return match (true) {
            is_array($value) => array_map(self::plain(...), $value),
            $value instanceof self => $value->mark,
            $value instanceof \Closure => spl_object_id($value),
            is_object($value) => [get_class($value), array_map(self::plain(...), (array) $value)],
            default => $value,
        };
    }
}
