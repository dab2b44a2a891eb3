<?php

/** The doctor of PHP on the settings of its environment: JSON, and for people. */

declare(strict_types=1);

require $argv[1];
$report = CleverSso\Client::doctorFromEnv();
echo $report->toJson(), "\n";
fwrite(STDERR, $report->toText(colors: true));
exit($report->exitCode);
