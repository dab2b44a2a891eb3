<?php

/** The user of an application without its own user records. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\SessionIdentity;
use Illuminate\Contracts\Auth\Authenticatable;

final class CleverUser implements Authenticatable
{
    public function __construct(public readonly SessionIdentity $identity)
    {
    }

    public function getAuthIdentifierName(): string
    {
        return 'id';
    }

    public function getAuthIdentifier(): string
    {
        return $this->identity->key();
    }

    /** Laravel 11 requires this. */
    public function getAuthPasswordName(): string
    {
        return 'password';
    }

    public function getAuthPassword(): string
    {
        return '';
    }

    public function getRememberToken(): string
    {
        return '';
    }

    public function setRememberToken($value): void
    {
    }

    public function getRememberTokenName(): string
    {
        return '';
    }
}
