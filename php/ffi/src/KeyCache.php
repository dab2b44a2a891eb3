<?php

/** Clever's keys in a file, because without the extension each request makes a new client, which has none. */

declare(strict_types=1);

namespace CleverSso;

/** Who can write the file can sign in as anybody: it is believed only when nobody but this user (or root) could. */
final class KeyCache
{
    private const MOST_BYTES = 256 * 1024;
    private const KEEP_SECONDS = 60;

    public function __construct(private readonly string $path)
    {
        $wrong = match (true) {
            str_contains($path, "\0") => 'not contain any null bytes',
            // The folder that a relative one begins at is another in each script.
            !str_starts_with($path, '/') => 'be an absolute path',
            Library::isOutOfReach($path) => 'be a file that open_basedir allows',
            default => null,
        };
        if ($wrong !== null) {
            throw new \ValueError(Client::class . "::__construct(): Argument #21 (\$keyCache) must {$wrong}");
        }
    }

    /** The keys; null when there are none to be believed. */
    public function read(): ?string
    {
        $file = @lstat($this->path);
        if ($file === false || !$this->isTrusted($file)) {
            return null;
        }
        return @file_get_contents($this->path, length: self::MOST_BYTES) ?: null;
    }

    /** Whether it is time to write them again. */
    public function isDue(): bool
    {
        $file = @lstat($this->path);
        return $file === false || !$this->isTrusted($file) || abs(time() - $file['mtime']) > self::KEEP_SECONDS;
    }

    /** Writes them as a whole: nobody reads half of it. */
    public function write(string $keys): void
    {
        // tempnam makes the file with mode 0600, and somewhere else when the folder cannot be written to.
        $beside = @tempnam(dirname($this->path), 'keys');
        if ($beside === false) {
            return;
        }
        $written = dirname($beside) === realpath(dirname($this->path)) && file_put_contents($beside, $keys) !== false;
        if (!$written || !rename($beside, $this->path)) {
            unlink($beside);
        }
        clearstatcache(true, $this->path);
    }

    /** @param array<string, int> $file */
    private function isTrusted(array $file): bool
    {
        $isPlain = ($file['mode'] & 0170000) === 0100000;
        $ownOrRoot = in_array($file['uid'], [0, $this->user()], true);
        return $isPlain && $ownOrRoot && ($file['mode'] & 022) === 0 && $file['size'] <= self::MOST_BYTES;
    }

    /** The user this process runs as: that of its own entry in /proc, or of the script where there is none. */
    private function user(): int
    {
        return @stat('/proc/self')['uid'] ?? getmyuid();
    }
}
