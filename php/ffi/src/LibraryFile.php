<?php

declare(strict_types=1);

namespace CleverSso;

use FFI;

/**
 * Which libclever_sso FFI loads, and what to do if there is none. The extension does not use this class.
 *
 * The first of these that is there: the path given to `use`, the environment variable CLEVER_SSO_LIBRARY, `clever_sso.library`
 * in php.ini, what `ffi.preload` loaded, the package's own ffi/lib/MACHINE, the system's search path, /usr/local/lib. A path that
 * is set and cannot be used is an error: no other library is tried then.
 */
final class LibraryFile
{
    public const NAME = 'libclever_sso.so.0';
    /** The oldest version that has everything that this package calls. */
    public const NEEDS = '0.1.0';

    private const USUAL = '/usr/local/lib/' . self::NAME;
    private const VERSION = 'const char *clever_sso_version(void); uint32_t clever_sso_version_number(void);';
    private const INSTALL = 'install the library with `make install`, or name its file in CLEVER_SSO_LIBRARY';
    /** What the ELF header calls a machine. */
    private const MACHINES = [
        3 => 'i386', 20 => 'ppc', 21 => 'ppc64', 22 => 's390x', 40 => 'arm', 62 => 'x86_64', 183 => 'aarch64', 243 => 'riscv64',
    ];

    private static ?string $given = null;
    private static ?string $loaded = null;

    /**
     * Uses the library at this path: an absolute path of the file, or of its folder. Call it before the first Client is made.
     *
     * @throws \LogicException The library is loaded already, from elsewhere.
     */
    public static function use(string $path): void
    {
        if (self::$loaded !== null && self::$loaded !== self::fileAt($path)) {
            throw Traces::safe(new \LogicException('libclever_sso is loaded already: call LibraryFile::use before the first Client is made'));
        }
        self::$given = $path;
    }

    /** Whether the library is loaded. Loads nothing. */
    public static function isLoaded(): bool
    {
        return self::$loaded !== null;
    }

    /** Where the library was found: a path, a name that the system searched for, or `ffi.preload`. Loads it if need be. */
    public static function loaded(): string
    {
        Library::get();
        return (string) self::$loaded;
    }

    /** The version of the library that was found, for example 0.1.0. */
    public static function version(): string
    {
        return Library::get()->clever_sso_version();
    }

    /**
     * Not for applications.
     *
     * @throws ConfigException It says in one sentence what is missing, and how to get it.
     */
    public static function load(): FFI
    {
        if (!class_exists(FFI::class, false)) {
            throw self::missing('PHP has no FFI here: enable it (`extension=ffi` in php.ini), or install the extension clever_sso');
        }
        try {
            [$library, $file] = self::found();
        } catch (FFI\Exception $error) {
            throw self::missing(self::restriction() ?? "FFI cannot load libclever_sso: {$error->getMessage()}");
        }
        [$major, $minor, $patch] = array_map(intval(...), explode('.', self::NEEDS));
        if ($library->clever_sso_version_number() < $major * 10000 + $minor * 100 + $patch) {
            throw self::missing(self::tooOld($file, $library->clever_sso_version()));
        }
        self::$loaded = $file;
        return $library;
    }

    /** @return array{FFI, string} */
    private static function found(): array
    {
        foreach (self::settings() as $setting => $path) {
            if ($path !== '') {
                $file = self::fileAt($path);
                $isAbsolute = str_starts_with($file, '/') && !str_contains($file, "\0");
                return $isAbsolute
                    ? [self::loadedFrom($file) ?? throw self::missing(self::problem($setting, $file)), $file]
                    : throw self::missing("$setting must be an absolute path of libclever_sso, without NUL bytes");
            }
        }
        try {
            return [FFI::scope('CLEVER_SSO'), 'ffi.preload'];
        } catch (FFI\Exception $error) {
            // Nothing was preloaded, or FFI may not be used at all: then the next call says so.
        }
        $own = dirname(__DIR__) . '/lib/' . php_uname('m') . '/' . self::NAME;
        if (self::quietly(fn() => is_file($own))) {
            return [self::loadedFrom($own) ?? throw self::missing(self::problem('The library of the package', $own)), $own];
        }
        foreach ([self::NAME, self::USUAL] as $file) {
            if (($library = self::loadedFrom($file)) !== null) {
                return [$library, $file];
            }
        }
        throw self::missing(self::problemOfSystem());
    }

    /** @return array<string, string> The settings that can name the library, in the order in which they count. */
    private static function settings(): array
    {
        return [
            'The path given to LibraryFile::use' => self::$given ?? '',
            'CLEVER_SSO_LIBRARY' => (string) getenv('CLEVER_SSO_LIBRARY'),
            'clever_sso.library in php.ini' => (string) get_cfg_var('clever_sso.library'),
        ];
    }

    private static function fileAt(string $path): string
    {
        $isFolder = !str_contains($path, "\0") && self::quietly(fn() => is_dir($path));
        return $isFolder ? rtrim($path, '/') . '/' . self::NAME : $path;
    }

    /** Null when it cannot be loaded, or lacks a function. */
    private static function loadedFrom(string $file): ?FFI
    {
        try {
            return FFI::cdef(self::declarations(), $file);
        } catch (FFI\Exception $error) {
            if (self::restriction() !== null) {
                throw $error;
            }
            return null;
        }
    }

    private static function declarations(): string
    {
        return preg_replace('/^#define .*$/m', '', file_get_contents(dirname(__DIR__) . '/clever_sso_ffi.h'));
    }

    /** Why this script may not use FFI; null if it may. */
    private static function restriction(): ?string
    {
        try {
            FFI::cdef('');
            return null;
        } catch (FFI\Exception) {
            $extension = 'or install the extension clever_sso';
            return ini_get('ffi.enable') === 'preload'
                ? 'ffi.enable is "preload", and CleverSso is not preloaded: let opcache.preload name a script that requires '
                    . "ffi/CleverSso.php (for `php -S`: php -d ffi.enable=1), $extension"
                : "ffi.enable is off: set it to \"preload\" in php.ini, and preload CleverSso, $extension";
        }
    }

    /** What is wrong with a file that could not be loaded. */
    private static function problem(string $setting, string $file): string
    {
        $is = "$setting is \"$file\"";
        if (($old = self::versionOf($file)) !== null) {
            return self::tooOld($file, $old);
        }
        if (self::quietly(fn() => is_file($file)) !== true) {
            return "$is, but PHP finds no such file: " . self::INSTALL;
        }
        $header = self::quietly(fn() => file_get_contents($file, length: 20));
        if (!is_string($header)) {
            return "$is, but PHP may not read that file: give it and its folders the permissions that others may read";
        }
        if (strlen($header) < 20 || !str_starts_with($header, "\x7fELF")) {
            return "$is, but that is not a shared library: " . self::INSTALL;
        }
        [$machine, $ours] = [self::machineOf($header), self::machineOfPhp()];
        if ($ours !== null && $machine !== $ours) {
            return "$is, but that is built for $machine, and this PHP for $ours: build the library on this machine";
        }
        return self::quietly(fn() => FFI::cdef('', $file)) === null
            ? "$is, but the system cannot load it: `ldd $file` says what it lacks"
            : "$is, but that is another library: " . self::INSTALL;
    }

    /** Why the system's folders have no library that can be used. */
    private static function problemOfSystem(): string
    {
        if (($old = self::versionOf(self::NAME)) !== null) {
            return self::tooOld(self::NAME, $old);
        }
        $searched = array_map(self::fileAt(...), array_filter(explode(':', (string) getenv('LD_LIBRARY_PATH'))));
        foreach ([...$searched, self::USUAL] as $file) {
            if (self::quietly(fn() => is_file($file))) {
                return self::problem('The library', $file);
            }
        }
        return self::NAME . ' was not found: ' . self::INSTALL;
    }

    private static function versionOf(string $file): ?string
    {
        return self::quietly(fn() => FFI::cdef(self::VERSION, $file)->clever_sso_version());
    }

    private static function tooOld(string $file, string $version): string
    {
        return "libclever_sso ($file) has version $version, and this package needs " . self::NEEDS . ': update the library';
    }

    private static function machineOfPhp(): ?string
    {
        $header = self::quietly(fn() => file_get_contents('/proc/self/exe', length: 20));
        return is_string($header) && strlen($header) === 20 ? self::machineOf($header) : null;
    }

    /** The machine that the header of an ELF file names, with its word size and byte order where they are odd. */
    private static function machineOf(string $header): string
    {
        $isLittle = $header[5] === "\x01";
        $number = unpack($isLittle ? 'v' : 'n', $header, 18)[1];
        $name = self::MACHINES[$number] ?? "machine $number";
        return $name . ($header[4] === "\x01" ? ' (32 bits)' : '') . ($isLittle ? '' : ' (big-endian)');
    }

    /** What `act` returns, or null if it fails. The application's error handler does not see the failure. */
    private static function quietly(\Closure $act): mixed
    {
        set_error_handler(fn() => true);
        try {
            return $act();
        } catch (FFI\Exception | \ValueError) {
            return null;
        } finally {
            restore_error_handler();
        }
    }

    private static function missing(string $sentence): ConfigException
    {
        $values = [
            'message' => $sentence,
            'codeWord' => 'config_invalid',
            'userMessage' => 'This app has a problem with Clever. Please tell someone at your school.',
            'actor' => 'app',
        ];
        $exception = new ConfigException();
        foreach ($values as $name => $value) {
            (new \ReflectionProperty(Exception::class, $name))->setValue($exception, $value);
        }
        return $exception;
    }
}
