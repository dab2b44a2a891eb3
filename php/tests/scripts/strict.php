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

/**
 * Whether a step of the application's session store works. A file of the test, `fails`, says which one does not: the start of the
 * path, the step, and whether it throws or warns.
 */
function works(string $step, string $id = ''): bool
{
    $file = getenv('PHP_FOLDER') . '/fails';
    [$page, $failing, $way] = explode(' ', (is_file($file) ? file_get_contents($file) : '') . '   ');
    if (!str_starts_with($_SERVER['REQUEST_URI'] ?? '', "/{$page}") || $step !== $failing) {
        return true;
    }
    $message = "no route to tcp://cache:hunter2@10.0.0.9?auth=hunter3 for {$id}";
    $way === 'warns' ? trigger_error($message, E_USER_WARNING) : throw new UnexpectedValueException($message);
    return false;
}

// For `make coverage`.
if (extension_loaded('pcov') && getenv('COVERAGE_PHP') !== false) {
    require_once (string) getenv('COVERAGE_START');
}
