<?php

/** The page of ../php-extension, which does not know whether the extension or FFI is below it. */

declare(strict_types=1);

require_once __DIR__ . '/../CleverSso.php';
require __DIR__ . '/../../php-extension/public/index.php';
