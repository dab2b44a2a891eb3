<?php

declare(strict_types=1);

namespace CleverSso;

use FFI\CData;

/**
 * @internal A handle of the library, freed with this object.
 *
 * At the end of a request, PHP calls the destructors of objects that are still in use. Then the handle is gone before this
 * object is, and `of` makes another one.
 */
final class Handle
{
    private bool $isFreed = false;

    /** @param string $noun The noun of its function in C: clever_sso_{noun}_free. */
    public function __construct(private readonly string $noun, private readonly CData $data)
    {
    }

    public function __destruct()
    {
        $this->isFreed = true;
        Library::get()->{"clever_sso_{$this->noun}_free"}($this->data);
    }

    /**
     * The handle, or one for a single call: keep it as an object until the call ends.
     *
     * @param callable(): Handle $make
     */
    public static function of(self $handle, callable $make): self
    {
        return $handle->isFreed ? $make() : $handle;
    }

    public function data(): CData
    {
        return $this->isFreed ? throw Traces::safe(new \Error('This handle is freed')) : $this->data;
    }
}
