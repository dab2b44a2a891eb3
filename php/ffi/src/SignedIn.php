<?php

declare(strict_types=1);

namespace CleverSso;

/** Somebody logged in. */
final readonly class SignedIn implements Outcome
{
    use NotSerializable;

    public function __construct(
        /** Who. */
        public Identity $identity,
        /** The tokens of this login. */
        public Tokens $tokens,
        /** Where the application wanted to go, as an ASCII path or URL. */
        public ?string $returnTo,
        /** Whether the login was begun with switchUser: when the application refuses this person, "Try again" begins with it. */
        public bool $switchUser,
        /** @var list<SetCookie> Set these with the answer. */
        public array $setCookies,
        /** Always true: the new session replaces the one that the browser had. */
        public bool $endsSession,
    ) {
    }
}
