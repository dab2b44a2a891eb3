<?php

/** The step of a login that one request makes. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\SetCookie;
use CleverSso\SignedIn;

/** @internal */
final class SignIn
{
    /** The person that Clever confirmed, for the authenticator. */
    public ?SignedIn $signedIn = null;
    /** @var list<SetCookie> To set with the response, whatever it is. */
    public array $cookies = [];
    /** @var list<SetCookie> To set only with a page that is shown. */
    public array $withPages = [];
    /** Whether the session could not be ended: the browser must not keep it. */
    public bool $isStuck = false;
    /** One word; '' when the request is not part of a login. */
    public string $outcome = '';

    /** @param list<SetCookie> $cookies */
    public function add(array $cookies): void
    {
        $this->cookies = [...$this->cookies, ...$cookies];
    }

    /** @return array<string, string> For dumps. */
    public function __debugInfo(): array
    {
        return ['outcome' => $this->outcome];
    }
}
