<?php

/* Turns every PHP warning into an exception, like Laravel and Symfony, but even those that `@` suppresses. */

set_error_handler(function (int $level, string $message, string $file, int $line): bool {
    // Debian's frameworks use deprecated features of PHP and of themselves, and read files that may not exist.
    $isQuiet = ($level & (E_DEPRECATED | E_USER_DEPRECATED)) !== 0 || (error_reporting() & $level) === 0;
    if ($isQuiet && str_starts_with($file, '/usr/share/php/')) {
        return true;
    }
    throw new ErrorException($message, 0, $level, $file, $line);
});

// For `make coverage`.
if (extension_loaded('pcov') && getenv('COVERAGE_PHP') !== false) {
    require_once (string) getenv('COVERAGE_START');
}
