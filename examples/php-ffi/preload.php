<?php

/**
 * For opcache.preload, beside `ffi.preload = …/clever_sso_ffi.h` in php.ini: only preloaded files may use FFI while
 * ffi.enable is `preload`, as it is by default.
 */

declare(strict_types=1);

require_once __DIR__ . '/CleverSso.php';
require_once __DIR__ . '/../php-extension/clever.php';
opcache_compile_file(__DIR__ . '/../php-extension/pages.php');
opcache_compile_file(__DIR__ . '/../php-extension/session.php');

if (ReadingRoom\setting('CLEVER_KEY_CACHE') !== null) {
    try {
        // The client ends with this script, but its keys are in the key cache then.
        ReadingRoom\clever()->warmUp();
    } catch (CleverSso\CleverException|CleverSso\NetworkException $error) {
        // Clever being away is no reason not to start: the keys are fetched when they are needed.
        error_log($error->getMessage());
    }
}
