<?php

/* Writes the lines of the package that a request ran, in lcov's format, into the folder COVERAGE_PHP. strict.php loads it. */

declare(strict_types=1);

\pcov\start();
register_shutdown_function(static function (): void {
    \pcov\stop();
    $text = '';
    foreach (\pcov\collect(\pcov\all) as $file => $lines) {
        // The tests copy the package into a folder of their own, below `sources`.
        $name = preg_replace('~^.*/sources/(?=php/)~', '', $file, 1, $copied);
        if ($copied === 0) {
            continue;
        }
        $text .= "SF:$name\n";
        foreach ($lines as $line => $count) {
            // pcov reports -1 for a line that can run but did not.
            $text .= sprintf("DA:%d,%d\n", $line, max($count, 0));
        }
        $text .= "end_of_record\n";
    }
    $place = getenv('COVERAGE_PHP') . '/' . getmypid() . '-' . bin2hex(random_bytes(8)) . '.info';
    file_put_contents($place, $text);
});
