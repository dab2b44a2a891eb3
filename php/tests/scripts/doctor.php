<?php

/** Runs the PHP doctor on the environment's settings, and prints JSON and text. */

declare(strict_types=1);

require $argv[1];
$report = CleverSso\Client::doctorFromEnv();
echo $report->toJson(), "\n";
fwrite(STDERR, $report->toText(colors: true));
exit($report->exitCode);
