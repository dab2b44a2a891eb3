<?php

/** What the profiler shows about a login. It contains no name, id, token, cookie or URL. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\DataCollector\DataCollector;

final class CleverDataCollector extends DataCollector
{
    public function __construct(private readonly SignIns $signIns)
    {
    }

    public function collect(Request $request, Response $response, ?\Throwable $exception = null): void
    {
        $found = $this->signIns->of($request);
        $this->data = [
            'outcome' => $found->outcome,
            'cookies' => count($found->cookies),
            'user_type' => $found->signedIn !== null ? $found->signedIn->identity->userType ?? 'several roles' : '',
            'proven_by' => $found->signedIn !== null ? $found->signedIn->identity->provenBy : '',
        ];
    }

    public function reset(): void
    {
        $this->data = [];
    }

    public function getName(): string
    {
        return 'clever_sso';
    }

    /** The outcome: login, restart, signed_in, denied, logout, refused, or an error code; '' for other requests. */
    public function getOutcome(): string
    {
        return $this->data['outcome'] ?? '';
    }

    /** How many cookies the library set. */
    public function getCookies(): int
    {
        return $this->data['cookies'] ?? 0;
    }

    public function getUserType(): string
    {
        return $this->data['user_type'] ?? '';
    }

    public function getProvenBy(): string
    {
        return $this->data['proven_by'] ?? '';
    }
}
