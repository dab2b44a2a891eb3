<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal Properties that no dump, export, cast or loop shows, and that are never serialized: as in the extension.
 *
 * Such a property is declared, but unset, so PHP calls __get for it. Its value is kept where no dump shows it.
 */
trait Redacted
{
    /** @internal What no dump, export or cast shows. */
    private readonly \SensitiveParameterValue|Hidden $hidden;

    public function __get(string $name): mixed
    {
        $hidden = $this->hiddenValues();
        return array_key_exists($name, $hidden)
            ? $hidden[$name]
            : throw Traces::safe(new \Error('Undefined property: ' . self::class . "::\${$name}"));
    }

    public function __isset(string $name): bool
    {
        return isset($this->hiddenValues()[$name]);
    }

    public function __set(string $name, #[\SensitiveParameter] mixed $value): void
    {
        $refused = array_key_exists($name, $this->hiddenValues()) ? 'modify readonly' : 'create dynamic';
        throw Traces::safe(new \Error("Cannot {$refused} property " . self::class . "::\${$name}"));
    }

    public function __unset(string $name): void
    {
        if (array_key_exists($name, $this->hiddenValues())) {
            throw Traces::safe(new \Error('Cannot unset readonly property ' . self::class . "::\${$name}"));
        }
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return $this->listed(fn(mixed $value) => $value === null ? null : '[redacted]');
    }

    /**
     * Secrets are [redacted].
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array
    {
        return $this->__debugInfo();
    }

    /** @param array<string, mixed> $values */
    private function hide(#[\SensitiveParameter] array $values): void
    {
        if (isset($this->hidden)) {
            throw Traces::safe(new \Error('Cannot modify readonly property ' . self::class . '::$hidden'));
        }
        foreach (array_keys($values) as $name) {
            unset($this->{$name});
        }
        $this->hidden = Hidden::of($values);
    }

    /** @return array<string, mixed> None in an object that was made without its constructor. */
    private function hiddenValues(): array
    {
        return isset($this->hidden) ? $this->hidden->getValue() : [];
    }

    /**
     * Every public property that has a value, in the order of the constructor.
     *
     * @param callable(mixed): mixed $shown Returns what to list for a hidden value.
     *
     * @return array<string, mixed>
     */
    private function listed(callable $shown): array
    {
        $known = array_map($shown, $this->hiddenValues()) + get_object_vars($this);
        $listed = [];
        foreach ((new \ReflectionMethod($this, '__construct'))->getParameters() as $parameter) {
            $name = $parameter->getName();
            if (array_key_exists($name, $known)) {
                $listed[$name] = $known[$name];
            }
        }
        return $listed;
    }
}
