<?php

/** Grants access by the role at Clever, for users of every class. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;
use Symfony\Component\Security\Core\Authorization\Voter\VoterInterface;

/** clever:student, clever:teacher, clever:staff, clever:district_admin, clever:contact; and clever:person for all of them. */
final class RoleVoter implements VoterInterface
{
    private const PREFIX = 'clever:';

    public function vote(TokenInterface $token, mixed $subject, array $attributes): int
    {
        $vote = self::ACCESS_ABSTAIN;
        foreach ($attributes as $attribute) {
            if (!is_string($attribute) || !str_starts_with($attribute, self::PREFIX)) {
                continue;
            }
            $identity = SignIns::identityOf($token);
            $name = substr($attribute, strlen(self::PREFIX));
            if ($identity !== null && ($name === 'person' || $identity->hasRole($name))) {
                return self::ACCESS_GRANTED;
            }
            $vote = self::ACCESS_DENIED;
        }
        return $vote;
    }
}
