<?php

declare(strict_types=1);

namespace CleverSso;

/** The login restarts: send the browser to login->url, with setCookies. */
final readonly class Restart implements Outcome
{
    use NotSerializable;

    private function __construct(
        public Login $login,
        /** The code word of the cause, for example state_missing. */
        public string $reason,
        /** @var list<SetCookie> Set these with the answer. */
        public array $setCookies,
        /** Always false: nothing of the session changes. */
        public bool $endsSession,
    ) {
    }
}
