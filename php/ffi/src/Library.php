<?php

/** The C library, through PHP's FFI: loading it, passing strings, and what all calls share. */

declare(strict_types=1);

namespace CleverSso;

use FFI;
use FFI\CData;

/** @internal Applications use Client. */
final class Library
{
    private static ?FFI $library = null;

    private const KINDS = [
        1 => ConfigException::class,
        2 => ArgumentException::class,
        3 => LoginException::class,
        4 => TokenException::class,
        5 => CleverException::class,
        6 => NetworkException::class,
        7 => InternalException::class,
    ];

    /** The library that LibraryFile finds: once in a request. */
    public static function get(): FFI
    {
        return self::$library ??= LibraryFile::load();
    }

    /** A NUL would end the text early in C. So the library gets the NUL as modified UTF-8 writes it, and refuses the text. */
    public static function text(#[\SensitiveParameter] string $text): string
    {
        return str_contains($text, "\0") ? "\xc0\x80" : $text;
    }

    /** Whether open_basedir forbids a file. It forbids every path that is too long. */
    public static function isOutOfReach(string $path): bool
    {
        if (strlen($path) >= PHP_MAXPATHLEN) {
            return (string) ini_get('open_basedir') !== '';
        }
        Quiet::call(fn() => is_file($path), $warning);
        return str_contains($warning ?? '', 'open_basedir');
    }

    /** Makes a call whose last argument is the error; throws when it fails. Texts go through `text`, and handles are kept. */
    public static function call(string $function, #[\SensitiveParameter] mixed ...$arguments): void
    {
        $library = self::get();
        $error = $library->new('clever_sso_error *');
        $values = array_map(fn(mixed $argument) => match (true) {
            is_string($argument) => self::text($argument),
            $argument instanceof Handle => $argument->data(),
            default => $argument,
        }, $arguments);
        try {
            $status = $library->{"clever_sso_$function"}(...[...$values, FFI::addr($error)]);
        } catch (FFI\Exception $failure) {
            throw Traces::safe($failure);
        }
        if ($status !== 0) {
            throw self::exception($status, $error);
        }
    }

    /** A call that returns a text to be freed, or none. */
    public static function given(string $function, #[\SensitiveParameter] mixed ...$arguments): ?string
    {
        $text = self::out('char');
        self::call($function, ...[...$arguments, FFI::addr($text)]);
        try {
            return FFI::isNull($text) ? null : FFI::string($text);
        } finally {
            self::get()->clever_sso_string_free($text);
        }
    }

    /**
     * A call that returns a handle, which is read and freed.
     *
     * @template T
     *
     * @param string $noun The noun of its function in C: clever_sso_{noun}_free.
     * @param callable(CData): T $read
     *
     * @return T
     */
    public static function read(
        string $function,
        string $noun,
        callable $read,
        #[\SensitiveParameter] mixed ...$arguments,
    ): mixed {
        $handle = self::out("clever_sso_{$noun}");
        try {
            self::call($function, ...[...$arguments, FFI::addr($handle)]);
            return $read($handle);
        } catch (\JsonException $failure) {
            throw Traces::safe($failure);
        } finally {
            self::get()->{"clever_sso_{$noun}_free"}($handle);
        }
    }

    /** A pointer for the result of a call. Read it only after the call succeeded. */
    public static function out(string $type): CData
    {
        return self::get()->new("$type *");
    }

    /** The error is freed here, so no trace keeps it. */
    private static function exception(int $status, #[\SensitiveParameter] CData $error): Exception
    {
        try {
            return Reader::exception(self::KINDS[$status] ?? InternalException::class, $error);
        } finally {
            self::get()->clever_sso_error_free($error);
        }
    }
}
