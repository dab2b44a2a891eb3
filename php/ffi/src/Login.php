<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * A login that has begun.
 *
 * @property-read string $url Send the browser there.
 * @property-read string $pending For applications that keep logins in a session of their own: what to keep for ten minutes,
 *     about 100 bytes, URL-safe.
 */
final readonly class Login implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** @param list<SetCookie> $setCookies */
    private function __construct(
        #[\SensitiveParameter] string $url,
        /** Set these with the redirect. */
        public array $setCookies,
        /** For applications that keep logins in a session of their own instead: the key to keep pending under. */
        public string $key,
        #[\SensitiveParameter] string $pending,
        /** Whether to answer with a page that leads to url by itself, and not with a redirect. Only with hasSession. */
        public bool $needsPage,
    ) {
        $this->hidden = new \SensitiveParameterValue(['url' => $url, 'pending' => $pending]);
    }
}
