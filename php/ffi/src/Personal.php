<?php

declare(strict_types=1);

namespace CleverSso;

/** @internal As Redacted, for personal data: json_encode shows it, because applications store it. */
trait Personal
{
    use Redacted;

    /**
     * Everything, with the personal data.
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array
    {
        return $this->listed(fn(mixed $value) => $value);
    }
}
