<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal No stack trace shows a secret.
 *
 * Since 8.2, PHP hides each argument that is marked #[\SensitiveParameter] from stack traces. PHP 8.1 ignores the mark, so this
 * class removes all arguments there.
 */
final class Traces
{
    /** What to do about `danger`. */
    public const ADVICE = 'set zend.exception_ignore_args = On in php.ini, or use PHP 8.2 or later';

    /** Whether PHP hides marked arguments. Tests pretend that it does not. */
    private static bool $areSafe = PHP_VERSION_ID >= 80200;

    public static function areSafe(): bool
    {
        return self::$areSafe;
    }

    /**
     * An exception or error, and everything that led to it, without secrets in the traces.
     *
     * @template T of \Throwable
     *
     * @param T $error
     *
     * @return T
     */
    public static function safe(\Throwable $error): \Throwable
    {
        for ($each = self::$areSafe ? null : $error; $each !== null; $each = $each->getPrevious()) {
            $property = new \ReflectionProperty($each instanceof \Error ? \Error::class : \Exception::class, 'trace');
            $without = fn(array $frame): array => array_diff_key($frame, ['args' => true]);
            $property->setValue($each, array_map($without, $each->getTrace()));
        }
        return $error;
    }

    /**
     * Why the traces of PHP's own errors can show secrets; null when they cannot.
     *
     * PHP throws a TypeError for a wrong argument before any code of this package runs.
     */
    public static function danger(): ?string
    {
        return self::$areSafe || filter_var(ini_get('zend.exception_ignore_args'), FILTER_VALIDATE_BOOL)
            ? null
            : 'zend.exception_ignore_args is off, and PHP ' . PHP_VERSION . ' hides no arguments: stack traces of PHP errors can show'
                . ' codes and tokens';
    }
}
