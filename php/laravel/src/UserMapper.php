<?php

/** The class that decides about each person who proved a login. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\Refused;
use CleverSso\SignedIn;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** Name the class in config/clever.php, as `users`. The container makes it. */
interface UserMapper
{
    /**
     * Called before the person is signed in.
     *
     * @return Authenticatable|Response|null Your user, found by issuer and id; or a response that the browser gets, and no one is
     *     signed in; or null, which keeps the person out.
     *
     * @throws Refused Keeps the person out. They read the message.
     */
    public function user(SignedIn $signedIn, Request $request): Authenticatable|Response|null;
}
