<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * The login restarts: send the browser to login->url, with setCookies.
 *
 * The person is already signed in at Clever and does not notice.
 */
final class Restart implements Outcome
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** The new login. */
        public readonly Login $login,
        /**
         * The error code of the cause: state_missing (every login from the Clever Portal and from Instant Login links),
         * state_mismatch, pending_missing, pending_invalid, pending_expired or code_rejected.
         */
        public readonly string $reason,
        /** @var list<SetCookie> Set these with the response. */
        public readonly array $setCookies,
        /** Always false: the session does not change. */
        public readonly bool $endsSession,
    ) {
    }
}
