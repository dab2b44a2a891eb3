<?php

declare(strict_types=1);

namespace CleverSso;

/** What Clever says about an access token that was issued to this application. */
final class TokenInfo
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** The client id: always this application's. */
        public readonly string $clientId,
        /** @var list<string> The scopes. */
        public readonly array $scopes,
    ) {
    }
}
