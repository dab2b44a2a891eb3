<?php

declare(strict_types=1);

namespace CleverSso;

/** The person logged in. */
final class SignedIn implements Outcome
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** Who logged in. */
        public readonly Identity $identity,
        /** The tokens of this login. */
        public readonly Tokens $tokens,
        /** The returnTo of the login, as an ASCII path or URL. */
        public readonly ?string $returnTo,
        /** Whether the login began with switchUser: then begin the login of "Try again" with it too. */
        public readonly bool $switchUser,
        /** @var list<SetCookie> Set these with the response. */
        public readonly array $setCookies,
        /** Always true: the new session replaces the one that the browser had. */
        public readonly bool $endsSession,
    ) {
    }
}
