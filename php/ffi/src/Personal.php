<?php

declare(strict_types=1);

namespace CleverSso;

/** The same for what says who a person is. That may be encoded to JSON, since applications keep it. */
trait Personal
{
    use Redacted;

    /**
     * Everything, as applications keep it: with the personal data.
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array
    {
        return $this->listed(fn(mixed $value) => $value);
    }
}
