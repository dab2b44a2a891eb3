<?php

/** Why a person that Clever confirmed is not signed in. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\BrowserReply;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\Exception\AuthenticationException;

/** @internal */
final class NotSignedIn extends AuthenticationException
{
    public function __construct(public readonly ?BrowserReply $reply = null, public readonly ?Response $response = null)
    {
        parent::__construct('the application did not admit this person');
    }

    public function getMessageKey(): string
    {
        return 'Your account doesn\'t have access to this app.';
    }
}
