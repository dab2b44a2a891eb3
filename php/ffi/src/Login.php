<?php

declare(strict_types=1);

namespace CleverSso;

/** A login that has begun. Dumps show neither its url nor its pending. */
final readonly class Login implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** Send the browser there. */
    public string $url;
    /** @var list<SetCookie> Set these with the redirect. */
    public array $setCookies;
    /** For applications that keep logins in a session of their own instead: the key to keep pending under. */
    public string $key;
    /** For the same: what to keep for ten minutes, about 100 bytes, URL-safe. */
    public string $pending;
    /** Whether to answer with a page that leads to url by itself, and not with a redirect: browsers give up after some twenty
     *  redirects in a row. Only with hasSession. */
    public bool $needsPage;

    public function __construct(
        #[\SensitiveParameter] string $url,
        array $setCookies,
        string $key,
        #[\SensitiveParameter] string $pending,
        bool $needsPage,
    ) {
        $this->setCookies = $setCookies;
        $this->key = $key;
        $this->needsPage = $needsPage;
        $this->hide(compact('url', 'pending'));
    }
}
