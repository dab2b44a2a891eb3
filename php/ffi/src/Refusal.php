<?php

declare(strict_types=1);

namespace CleverSso;

/** The response to a request that must not act: this status and no body. */
final class Refusal
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** The HTTP status: 200 for HEAD, 403, 405 or 503. */
        public readonly int $status,
        /** With a 405, the value of the Allow header. */
        public readonly ?string $allow,
    ) {
    }
}
