<?php

declare(strict_types=1);

namespace CleverSso;

use FFI\CData;

/** @internal A handle of the library, freed with this object. */
final class Handle
{
    /** @param string $noun That of its function in C: clever_sso_{noun}_free. */
    public function __construct(private readonly string $noun, public readonly CData $data)
    {
    }

    public function __destruct()
    {
        Library::get()->{"clever_sso_{$this->noun}_free"}($this->data);
    }
}
