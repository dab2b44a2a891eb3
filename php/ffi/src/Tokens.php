<?php

declare(strict_types=1);

namespace CleverSso;

/** The tokens from a code exchange. Dumps show neither of them. */
final class Tokens implements \JsonSerializable
{
    use Redacted;
    use NotSerializable;

    /** Gives access to Clever's API for 24 hours. */
    public readonly string $accessToken;
    /** Says who logged in. Only for applications with OpenID Connect, and not for Clever Library. */
    public readonly ?string $idToken;

    public function __construct(
        #[\SensitiveParameter] string $accessToken,
        #[\SensitiveParameter] ?string $idToken,
    ) {
        $this->hide(compact('accessToken', 'idToken'));
    }
}
