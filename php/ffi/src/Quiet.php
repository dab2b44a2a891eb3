<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal Calls that must not raise a PHP warning. `@` is not enough: many error handlers ignore it. */
final class Quiet
{
    /**
     * @template T
     *
     * @param callable(): T $act
     *
     * @return T
     */
    public static function call(callable $act, ?string &$warning = null): mixed
    {
        set_error_handler(function (int $level, string $message) use (&$warning): bool {
            $warning = $message;
            return true;
        });
        try {
            return $act();
        } finally {
            restore_error_handler();
        }
    }
}
