<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal Where a client sends its warnings. */
final class Log
{
    /** Whether a logger can be used: a closure, or an object with PSR-3's method warning. */
    public static function isLogger(object $logger): bool
    {
        return $logger instanceof \Closure || method_exists($logger, 'warning') || method_exists($logger, '__call');
    }

    /** Calls the logger. Writes to PHP's error log if there is none, or if it throws: the login goes on. */
    public static function warn(?object $logger, string $line): void
    {
        try {
            match (true) {
                $logger === null => error_log($line),
                $logger instanceof \Closure => $logger($line),
                default => $logger->warning($line),
            };
        } catch (\Throwable) {
            error_log($line);
        }
    }
}
