<?php

/** The user provider for CleverUser: all data is in the session. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use Symfony\Component\Security\Core\Exception\UnsupportedUserException;
use Symfony\Component\Security\Core\Exception\UserNotFoundException;
use Symfony\Component\Security\Core\User\UserInterface;
use Symfony\Component\Security\Core\User\UserProviderInterface;

/** @implements UserProviderInterface<CleverUser> */
final class CleverUserProvider implements UserProviderInterface
{
    public function refreshUser(UserInterface $user): UserInterface
    {
        return $user instanceof CleverUser ? $user : throw new UnsupportedUserException('not a CleverUser');
    }

    public function supportsClass(string $class): bool
    {
        return $class === CleverUser::class;
    }

    /** Only a login makes a CleverUser: no remembered cookie and no impersonation does. */
    public function loadUserByIdentifier(string $identifier): UserInterface
    {
        throw new UserNotFoundException('people who log in with Clever are in no list');
    }

    /** Symfony 5.4. */
    public function loadUserByUsername(string $username): UserInterface
    {
        return $this->loadUserByIdentifier($username);
    }
}
