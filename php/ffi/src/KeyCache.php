<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal How processes share Clever's keys through a file.
 *
 * Anyone who can write the file can sign in as anyone. So it is trusted only when no user but this process's user (or root)
 * could have written it. A file that is not a key cache is never replaced: its path is probably a mistake.
 */
final class KeyCache
{
    private const MOST_BYTES = 256 * 1024;
    private const KEEP_SECONDS = 60;
    private const LONGEST_NAME = 255;
    private const TYPE = 0170000;
    private const PLAIN = 0100000;
    /** What every key cache begins with, and what follows its issuer. A discovery document has the same beginning. */
    private const BEGINNING = '{"issuer":"';
    private const MEMBER = '","fresh_until":';
    private const LONGEST_BEGINNING = 4096;

    /** @var list<int>|null The file when it was last read, and the process that read it: other processes did not import it. */
    private ?array $read = null;
    /** The content could not be used: replace it. */
    private bool $isBroken = false;
    /** The log already says why the file is not used. */
    private bool $isTold = false;

    public function __construct(private readonly string $path)
    {
    }

    /** Why a path cannot be one; null when it can. */
    public static function refused(string $path): ?string
    {
        return match (true) {
            str_contains($path, "\0") => 'not contain any null bytes',
            // A relative path starts at a different folder in each script.
            !str_starts_with($path, '/') => 'be an absolute path',
            Library::isOutOfReach($path) => 'be a file that open_basedir allows',
            default => null,
        };
    }

    /** When the client is made: whether the file can be trusted, or created if it is missing. */
    public function check(?object $logger): void
    {
        $file = $this->look();
        $reason = $file === null ? null : $this->distrust($file);
        $this->tell($logger, $reason ?? $this->foreign() ?? $this->distrustFolder());
    }

    /**
     * Before a call that needs keys: imports the keys that another process has written since.
     *
     * @param callable(string): void $take
     */
    public function take(callable $take, ?object $logger): void
    {
        $file = $this->look();
        if ($file !== null && $this->read !== null && $this->read === self::mark($file)) {
            return;
        }
        $this->isBroken = false;
        [$keys, $reason] = $file === null ? [null, null] : $this->contents($file);
        if ($keys !== null) {
            try {
                $take($keys);
            } catch (ArgumentException | CleverException) {
                // The content is broken: the library fetches the keys.
                $this->isBroken = true;
            }
        }
        $this->isBroken = $this->isBroken || $reason !== null;
        $this->tell($logger, $reason);
    }

    /**
     * After a call that had keys: writes them, unless a process just did so.
     *
     * @param callable(): string $keys
     */
    public function share(callable $keys, ?object $logger): void
    {
        $file = $this->look();
        $age = $file === null ? -1 : time() - $file['mtime'];
        if ($this->isBroken || $age < 0 || $age >= self::KEEP_SECONDS) {
            $reason = $this->foreign() ?? $this->write($keys());
            $this->isBroken = $this->isBroken && $reason !== null;
            $this->tell($logger, $reason);
        }
    }

    /** Writes them to a new file, then renames it, so that no process reads half a file. Returns why it failed, or null. */
    private function write(string $keys): ?string
    {
        $folder = dirname($this->path);
        $failure = Quiet::call(function () use ($folder, $keys): ?string {
            // tempnam makes the file with mode 0600, and somewhere else when the folder cannot be written to.
            $beside = is_dir($folder) && is_writable($folder) ? tempnam($folder, 'keys') : false;
            if ($beside === false) {
                return $this->distrustFolder() ?? 'no file can be made in its folder';
            }
            $isBeside = dirname($beside) === realpath($folder);
            if ($isBeside && file_put_contents($beside, $keys) === strlen($keys) && rename($beside, $this->path)) {
                return null;
            }
            unlink($beside);
            return 'it cannot be written';
        });
        clearstatcache(true, $this->path);
        return $failure;
    }

    /** Why the file must not be replaced: it is not a key cache, or may be something else. Null when it can be. */
    private function foreign(): ?string
    {
        $file = $this->look();
        if ($file !== null && ($file['mode'] & self::TYPE) !== self::PLAIN) {
            return 'it is not a regular file';
        }
        if ($file === null || $file['size'] === 0) {
            return null;
        }
        $beginning = Quiet::call(function (): ?string {
            $opened = fopen($this->path, 'rbn');
            return $opened === false ? null : (string) fread($opened, self::LONGEST_BEGINNING);
        });
        return match (true) {
            $beginning === null => 'it cannot be opened',
            str_starts_with($beginning, self::BEGINNING) && str_contains($beginning, self::MEMBER) => null,
            default => 'it is not a key cache, so it is not replaced',
        };
    }

    /**
     * The keys, and why there are none.
     *
     * @param array<string, int> $seen The file that the path named just now.
     *
     * @return array{string|null, string|null}
     */
    private function contents(array $seen): array
    {
        // Follow no link, and do not wait (n): the opened file must be the one that was checked.
        $reason = $this->distrust($seen);
        $file = $reason === null ? Quiet::call(fn() => fopen($this->path, 'rbn')) : false;
        if ($file === false) {
            return [null, $reason ?? 'it cannot be opened'];
        }
        try {
            $opened = fstat($file);
            $isSeen = [$opened['dev'], $opened['ino']] === [$seen['dev'], $seen['ino']];
            $reason = $isSeen ? $this->distrust($opened) : 'it was replaced while it was opened';
            $this->read = $reason === null ? self::mark($opened) : null;
            // A disk that fails raises a notice.
            $read = fn(): string => (string) stream_get_contents($file, self::MOST_BYTES);
            return $reason === null ? [Quiet::call($read), null] : [null, $reason];
        } finally {
            fclose($file);
        }
    }

    /** @return array<string, int>|null The file at the path now, without PHP's cache; null when there is none. */
    private function look(): ?array
    {
        clearstatcache(true, $this->path);
        $file = Quiet::call(fn() => lstat($this->path));
        return $file === false ? null : $file;
    }

    /**
     * @param array<string, int> $file
     *
     * @return list<int>
     */
    private static function mark(array $file): array
    {
        return [getmypid(), $file['dev'], $file['ino'], $file['ctime'], $file['size']];
    }

    /**
     * Why the file must not be trusted, or null.
     *
     * @param array<string, int> $file
     */
    private function distrust(array $file): ?string
    {
        return match (true) {
            ($file['mode'] & self::TYPE) !== self::PLAIN => 'it is not a regular file',
            !in_array($file['uid'], [0, $this->user()], true) => 'it belongs to another user',
            ($file['mode'] & 022) !== 0 => 'others may write to it',
            $file['size'] > self::MOST_BYTES => 'it is too large',
            default => null,
        };
    }

    /** Why a missing file cannot be created, or null. */
    private function distrustFolder(): ?string
    {
        $folder = dirname($this->path);
        $longest = max(array_map(strlen(...), explode('/', $this->path)));
        clearstatcache(true, $folder);
        return Quiet::call(fn() => match (true) {
            strlen($this->path) >= PHP_MAXPATHLEN, $longest > self::LONGEST_NAME => 'its path is too long',
            !file_exists($folder) => 'there is no such folder',
            !is_dir($folder) => 'its parent is not a folder',
            !is_writable($folder) => 'its folder cannot be written to',
            default => null,
        });
    }

    private function tell(?object $logger, ?string $reason): void
    {
        if ($reason !== null && !$this->isTold) {
            $this->isTold = true;
            Log::warn($logger, "the key cache {$this->path} is not used: {$reason}");
        }
    }

    /** The user this process runs as: the owner of its entry in /proc, or of the script if there is no /proc. */
    private function user(): int
    {
        return (int) (Quiet::call(fn() => stat('/proc/self'))['uid'] ?? getmyuid());
    }
}
