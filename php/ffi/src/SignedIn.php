<?php

declare(strict_types=1);

namespace CleverSso;

/** The person logged in. */
final readonly class SignedIn implements Outcome
{
    use NotSerializable;

    public function __construct(
        /** Who logged in. */
        public Identity $identity,
        /** The tokens of this login. */
        public Tokens $tokens,
        /** The returnTo of the login, as an ASCII path or URL. */
        public ?string $returnTo,
        /** Whether the login began with switchUser: then begin the login of "Try again" with it too. */
        public bool $switchUser,
        /** @var list<SetCookie> Set these with the response. */
        public array $setCookies,
        /** Always true: the new session replaces the one that the browser had. */
        public bool $endsSession,
    ) {
    }
}
