<?php

/**
 * For opcache.preload: only preloaded files may use FFI while ffi.enable is `preload`, as it is by default.
 */

declare(strict_types=1);

require_once __DIR__ . '/../../php/ffi/CleverSso.php';
opcache_compile_file(__DIR__ . '/pages.php');

if (getenv('CLEVER_KEY_CACHE')) {
    try {
        // The client ends with this script, but by then its keys are in the key cache.
        CleverSso\Web::clientFromEnv()->warmUp();
    } catch (CleverSso\CleverException|CleverSso\NetworkException $error) {
        // Start even if Clever is down: the keys are fetched when they are needed.
        error_log($error->getMessage());
    }
}
