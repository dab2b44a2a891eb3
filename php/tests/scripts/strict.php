<?php

/* As Laravel and Symfony do it, and stricter: everything that PHP warns of is an exception, also what `@` keeps quiet. */

set_error_handler(function (int $level, string $message, string $file, int $line): bool {
    // Debian's frameworks use what newer PHP and their own parts call deprecated, and read files that need not be there.
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
