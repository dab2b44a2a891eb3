<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * A cookie that the answer to the browser must set; it always has Path=/, HttpOnly and SameSite=Lax.
 *
 * @property-read string $value Empty when the cookie is to be deleted.
 * @property-read string $header The value of the Set-Cookie header.
 */
final readonly class SetCookie implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    private function __construct(
        /** Over https it starts with __Host-. */
        public string $name,
        #[\SensitiveParameter] string $value,
        /** How long the browser keeps it, in seconds; 0 deletes it. */
        public int $maxAge,
        /** Whether the browser sends it over https only. */
        public bool $secure,
        #[\SensitiveParameter] string $header,
    ) {
        $this->hidden = new \SensitiveParameterValue(['value' => $value, 'header' => $header]);
    }

    /** Adds the Set-Cookie header to the answer. Other cookies stay. */
    public function send(): void
    {
        header("Set-Cookie: {$this->header}", false);
    }
}
