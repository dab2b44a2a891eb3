<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * What a code was exchanged for.
 *
 * @property-read string $accessToken Opens Clever's API for 24 hours.
 * @property-read string|null $idToken Says who logged in.
 */
final readonly class Tokens implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    private function __construct(#[\SensitiveParameter] string $accessToken, #[\SensitiveParameter] ?string $idToken)
    {
        $this->hidden = new \SensitiveParameterValue(['accessToken' => $accessToken, 'idToken' => $idToken]);
    }
}
