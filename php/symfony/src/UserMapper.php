<?php

/** The service that decides about each person who proved a login. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\Refused;
use CleverSso\SignedIn;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\User\UserInterface;

/** Name the service in clever_sso.users. */
interface UserMapper
{
    /**
     * Called before the person is signed in.
     *
     * @return UserInterface|Response|null Your user, found by issuer and id; or a response that the browser gets, and no one is
     *     signed in; or null, which keeps the person out.
     *
     * @throws Refused Keeps the person out. They read the message.
     */
    public function user(SignedIn $signedIn, Request $request): UserInterface|Response|null;
}
