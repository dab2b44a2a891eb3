<?php

/** The user of an application without its own user records. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\SessionIdentity;
use Symfony\Component\Security\Core\User\UserInterface;

/** Has the role ROLE_CLEVER, and one more for each role at Clever, such as ROLE_CLEVER_TEACHER. */
final class CleverUser implements UserInterface
{
    public function __construct(public readonly SessionIdentity $identity)
    {
    }

    /** @return list<string> */
    public function getRoles(): array
    {
        $names = $this->identity->userType === null ? $this->identity->roles : [$this->identity->userType];
        $names = array_filter($names, fn(string $name): bool => preg_match('/^[a-z_]+$/D', $name) === 1);
        return ['ROLE_CLEVER', ...array_values(array_map(fn(string $name): string => 'ROLE_CLEVER_' . strtoupper($name), $names))];
    }

    public function getUserIdentifier(): string
    {
        return $this->identity->key();
    }

    /** Symfony 5.4. */
    public function getUsername(): string
    {
        return $this->getUserIdentifier();
    }

    /** Symfony 5.4. */
    public function getPassword(): ?string
    {
        return null;
    }

    /** Symfony 5.4. */
    public function getSalt(): ?string
    {
        return null;
    }

    public function eraseCredentials(): void
    {
    }
}
