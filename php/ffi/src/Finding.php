<?php

declare(strict_types=1);

namespace CleverSso;

/** One check of the doctor: what was found, and what to do. */
final readonly class Finding
{
    use NotSerializable;

    public function __construct(
        /** The word for what was checked, such as credentials: docs/doctor.md lists all of them. */
        public string $check,
        /** How it went: ok, warning or problem. */
        public string $level,
        /** What was found. */
        public string $found,
        /** What to do about it, if anything. */
        public ?string $advice,
    ) {
    }
}
