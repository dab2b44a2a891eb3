<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * A cookie that the response to the browser must set. It also always has Path=/, HttpOnly and SameSite=Lax.
 *
 * Dumps do not show its value.
 */
final class SetCookie implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** The name; over https it starts with __Host-. */
    public readonly string $name;
    /** The value; empty to delete the cookie. */
    public readonly string $value;
    /** How long the browser keeps it, in seconds; 0 deletes it. */
    public readonly int $maxAge;
    /** Whether the browser sends it over https only. */
    public readonly bool $secure;
    /** The value of the Set-Cookie header, for frameworks that take it whole. */
    public readonly string $header;

    public function __construct(
        string $name,
        #[\SensitiveParameter] string $value,
        int $maxAge,
        bool $secure,
        #[\SensitiveParameter] string $header,
    ) {
        $this->name = $name;
        $this->maxAge = $maxAge;
        $this->secure = $secure;
        $this->hide(compact('value', 'header'));
    }

    /** Adds the Set-Cookie header to the response. Other cookies stay. */
    public function send(): void
    {
        header("Set-Cookie: {$this->header}", false);
    }
}
