<?php

declare(strict_types=1);

namespace CleverSso;

/** What Clever says about an access token that was issued to this application. */
final readonly class TokenInfo
{
    use NotSerializable;

    public function __construct(
        /** The client id: always this application's. */
        public string $clientId,
        /** @var list<string> The scopes. */
        public array $scopes,
    ) {
    }
}
