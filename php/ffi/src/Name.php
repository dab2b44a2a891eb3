<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * A person's name, as far as Clever tells it. Dumps do not show it.
 *
 * @property-read string|null $first
 * @property-read string|null $middle
 * @property-read string|null $last
 * @property-read string $full
 */
final readonly class Name implements \JsonSerializable
{
    use Personal;
    use NotSerializable;

    private function __construct(?string $first, ?string $middle, ?string $last, string $full)
    {
        $this->hidden = new \SensitiveParameterValue(compact('first', 'middle', 'last', 'full'));
    }
}
