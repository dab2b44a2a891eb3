<?php

/** The user provider for CleverUser: all data is in the session. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\UserProvider;
use Illuminate\Contracts\Container\Container;

final class CleverUserProvider implements UserProvider
{
    public function __construct(private readonly Container $app)
    {
    }

    public function retrieveById($identifier): ?Authenticatable
    {
        $identity = $this->app->make(SignIns::class)->kept($this->app->make('request'))['identity'] ?? null;
        return $identity !== null && $identity->key() === $identifier ? new CleverUser($identity) : null;
    }

    /** There is no "remember me": on shared devices, a sign-in ends when the browser closes. */
    public function retrieveByToken($identifier, $token): ?Authenticatable
    {
        return null;
    }

    public function updateRememberToken(Authenticatable $user, $token): void
    {
    }

    /** There are no passwords. */
    public function retrieveByCredentials(array $credentials): ?Authenticatable
    {
        return null;
    }

    public function validateCredentials(Authenticatable $user, array $credentials): bool
    {
        return false;
    }

    /** Laravel 11 requires this. */
    public function rehashPasswordIfRequired(Authenticatable $user, array $credentials, bool $force = false): void
    {
    }
}
