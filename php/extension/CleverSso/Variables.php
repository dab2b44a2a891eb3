<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal Environment variables. Programs that read .env files write them to $_ENV, and usually not to the environment itself.
 */
final class Variables
{
    /** The value of a variable; null when it is not set or empty. The environment comes first. */
    public static function get(string $name): ?string
    {
        foreach ([getenv($name), $_ENV[$name] ?? null] as $value) {
            if (is_string($value) && $value !== '') {
                return $value;
            }
        }
        return null;
    }

    /** @return list<string> The names of all variables. */
    public static function names(): array
    {
        return array_map(strval(...), array_keys(getenv() + (array) $_ENV));
    }
}
