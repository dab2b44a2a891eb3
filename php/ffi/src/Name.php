<?php

declare(strict_types=1);

namespace CleverSso;

/** A person's name, as far as Clever sent it. */
final class Name implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    /** The first name. */
    public readonly ?string $first;
    /** The middle name. */
    public readonly ?string $middle;
    /** The last name; for a student in Clever Library, only the initial. */
    public readonly ?string $last;
    /** First, middle and last name with a space between them; empty when nothing is known. */
    public readonly string $full;

    public function __construct(
        #[\SensitiveParameter] ?string $first,
        #[\SensitiveParameter] ?string $middle,
        #[\SensitiveParameter] ?string $last,
        #[\SensitiveParameter] string $full,
    ) {
        $this->hide(compact('first', 'middle', 'last', 'full'));
    }
}
