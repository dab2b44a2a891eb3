<?php

declare(strict_types=1);

namespace CleverSso;

/** One of the roles of a person. */
final readonly class Role
{
    use NotSerializable;

    public function __construct(
        /** student, teacher, staff, district_admin, contact, or a word that Clever added later. */
        public string $name,
        /** The id that this person had in this role before API v3. */
        public ?string $legacyId,
    ) {
    }
}
