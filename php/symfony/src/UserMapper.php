<?php

/** The service that decides about each person that Clever confirmed. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\Refused;
use CleverSso\SignedIn;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\User\UserInterface;

/** Set clever_sso.users to the name of your service. */
interface UserMapper
{
    /**
     * Called before the person is signed in.
     *
     * @return UserInterface|Response|null Your user, found by issuer and id; or a response for the browser, and no one
     * is signed in; or null to refuse the person.
     *
     * @throws Refused Refuses the person, who reads the message.
     */
    public function user(SignedIn $signedIn, Request $request): UserInterface|Response|null;
}
