<?php

/** A person as a user of Laravel's Socialite. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\Identity;
use CleverSso\SignedIn;
use CleverSso\Tokens;
use Laravel\Socialite\Contracts\User;

/**
 * The person that Clever confirmed. The key of your user is `$identity->issuer` and `$identity->id`.
 *
 * getEmail() is always null: the address is not verified, and if applications find users by it, people can take over
 * the accounts of others. To show the address or write to it, use `$identity->unverifiedEmail`.
 */
final class SocialiteUser implements User
{
    public readonly Identity $identity;
    public readonly Tokens $tokens;

    public function __construct(SignedIn $signedIn)
    {
        $this->identity = $signedIn->identity;
        $this->tokens = $signedIn->tokens;
    }

    /** The Clever id. It is unique for one issuer. */
    public function getId(): string
    {
        return $this->identity->id;
    }

    public function getNickname(): ?string
    {
        return null;
    }

    public function getName(): ?string
    {
        return $this->identity->name->full === '' ? null : $this->identity->name->full;
    }

    public function getEmail(): ?string
    {
        return null;
    }

    public function getAvatar(): ?string
    {
        return null;
    }
}
