<?php

/**
 * For opcache.preload: FPM's master creates the client and fetches Clever's keys before it forks its workers, so that
 * no student has to wait for them.
 */

declare(strict_types=1);

require_once __DIR__ . '/../../php/extension/CleverSso/Web.php';
opcache_compile_file(__DIR__ . '/pages.php');

try {
    CleverSso\Web::clientFromEnv()->warmUp();
} catch (CleverSso\CleverException|CleverSso\NetworkException $error) {
    // Start even if Clever is down: the workers fetch what is missing when they need it.
    error_log($error->getMessage());
}
