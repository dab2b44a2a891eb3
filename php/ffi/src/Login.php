<?php

declare(strict_types=1);

namespace CleverSso;

/** A login that has begun. Dumps show neither its url nor its pending. */
final class Login implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** Send the browser there. */
    public readonly string $url;
    /** @var list<SetCookie> Set these with the redirect. */
    public readonly array $setCookies;
    /** For applications that store logins in their own session instead: the key for pending. */
    public readonly string $key;
    /** For the same applications: the text to store for ten minutes, about 100 bytes, URL-safe. */
    public readonly string $pending;
    /** Whether to respond with a page that continues to url by itself, instead of a redirect: browsers give up after about
     *  twenty redirects in a row. False unless you pass hasSession. */
    public readonly bool $needsPage;

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
