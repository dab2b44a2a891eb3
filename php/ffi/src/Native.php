<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal The native part of a client or a key set. It is stored outside of them, so no dump shows it.
 *
 * Equal configurations share one native client, as in the extension. If there are too many, the least recently used one is
 * dropped.
 */
final class Native
{
    private const MOST = 64;

    /** @var array<string, self> by the fingerprint of their configuration */
    private static array $kept = [];
    /** @var \WeakMap<Client, self>|null */
    private static ?\WeakMap $clients = null;
    /** @var \WeakMap<KeySet, Handle>|null */
    private static ?\WeakMap $keySets = null;

    private readonly Handle $handle;

    /** @param \Closure(): Handle $make */
    private function __construct(private readonly \Closure $make, public readonly ?KeyCache $keys)
    {
        $this->handle = $make();
    }

    public function handle(): Handle
    {
        return Handle::of($this->handle, $this->make);
    }

    /**
     * The native client of a configuration, made where there is none yet.
     *
     * @param \Closure(): Handle $make
     */
    public static function shared(string $fingerprint, ?KeyCache $keys, \Closure $make, ?object $logger): self
    {
        $native = self::$kept[$fingerprint] ?? null;
        if ($native === null) {
            $native = new self($make, $keys);
            $keys?->check($logger);
        }
        unset(self::$kept[$fingerprint]);
        self::$kept[$fingerprint] = $native;
        self::$kept = array_slice(self::$kept, -self::MOST);
        return $native;
    }

    public function belongsTo(Client $client): void
    {
        self::$clients ??= new \WeakMap();
        self::$clients[$client] = $this;
    }

    public static function of(Client $client): self
    {
        $error = 'This CleverSso\Client was not constructed';
        return self::$clients[$client] ?? throw Traces::safe(new \Error($error));
    }

    public static function keepKeySet(KeySet $keySet, Handle $handle): void
    {
        self::$keySets ??= new \WeakMap();
        self::$keySets[$keySet] = $handle;
    }

    public static function ofKeySet(KeySet $keySet): Handle
    {
        $error = 'This CleverSso\KeySet was not constructed';
        return self::$keySets[$keySet] ?? throw Traces::safe(new \Error($error));
    }
}
