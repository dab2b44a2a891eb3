<?php

/** The class that decides about each person that Clever confirmed. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\Refused;
use CleverSso\SignedIn;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** Set `users` in config/clever.php to the name of your class. The container creates it. */
interface UserMapper
{
    /**
     * Called before the person is signed in.
     *
     * @return Authenticatable|Response|null Your user, found by issuer and id; or a response for the browser, and no
     * one is signed in; or null to refuse the person.
     *
     * @throws Refused Refuses the person, who reads the message.
     */
    public function user(SignedIn $signedIn, Request $request): Authenticatable|Response|null;
}
