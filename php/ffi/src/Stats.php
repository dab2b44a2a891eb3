<?php

declare(strict_types=1);

namespace CleverSso;

/** What a client counted. */
final class Stats
{
    use NotSerializable;
    use Unchangeable;

    public function __construct(
        /** The text that Prometheus reads. Send it as text/plain; version=0.0.4; charset=utf-8. */
        public readonly string $prometheus,
        /** @var list<array{name: string, labels: array<string, string>, value: float}> The numbers. What was never counted is left out. */
        public readonly array $samples,
    ) {
    }
}
