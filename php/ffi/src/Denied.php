<?php

declare(strict_types=1);

namespace CleverSso;

/** Clever refused this person. */
final class Denied implements Outcome
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** Clever's error word, for example access_denied or unauthorized-user. */
        public readonly string $error,
        /** Text that came with it. Anyone can make a URL with such a text: do not show it as if it were Clever's. */
        public readonly ?string $description,
        /** @var list<SetCookie> Set these with the response. */
        public readonly array $setCookies,
        /** Whether the session that the browser had must end: when this answers a login that this browser began. */
        public readonly bool $endsSession,
        /** The returnTo of the login, as an ASCII path or URL, if it is known: for a "Try again" link. */
        public readonly ?string $returnTo,
        /** Whether the login began with switchUser: then begin the login of "Try again" with it too. */
        public readonly bool $switchUser,
    ) {
    }
}
