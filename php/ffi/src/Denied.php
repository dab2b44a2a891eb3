<?php

declare(strict_types=1);

namespace CleverSso;

/** Clever refused this person. */
final readonly class Denied implements Outcome
{
    use NotSerializable;

    public function __construct(
        /** Clever's word, for example access_denied or unauthorized-user. */
        public string $error,
        /** Text that came with it. Anybody can make a URL with such a text: do not show it as if it were Clever's. */
        public ?string $description,
        /** @var list<SetCookie> Set these with the answer. */
        public array $setCookies,
        /** Whether the session that the browser had must end: when this is the answer to a login that this browser began. */
        public bool $endsSession,
        /** Where the login wanted to go, as an ASCII path or URL, if that is known: for a link to try again. */
        public ?string $returnTo,
        /** Whether the login was begun with switchUser: the link to try again begins one with it too. */
        public bool $switchUser,
    ) {
    }
}
