<?php

declare(strict_types=1);

namespace CleverSso;

/** The same for what says who a person is. That may be encoded, since applications keep it. */
trait Personal
{
    use Redacted;

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return array_diff_key(get_object_vars($this), ['hidden' => true]) + $this->hidden->getValue();
    }
}
