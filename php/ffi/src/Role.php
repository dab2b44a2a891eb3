<?php

declare(strict_types=1);

namespace CleverSso;

/** One of the roles of a person. */
final class Role
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** student, teacher, staff, district_admin, contact, or a word that Clever added later. */
        public readonly string $name,
        /** The id that this person had in this role before API v3. */
        public readonly ?string $legacyId,
    ) {
    }
}
