<?php

/**
 * Verifies one ID token repeatedly in PHP, or exchanges a code, in turns with other programs: bench/side_by_side.py and
 * bench/exchange.py start it. It uses the extension. With the argument CLASSES, the PHP file to require, it uses FFI.
 *
 *     php side_by_side.php NAME JOB [CLASSES]
 *
 * For each line of the input, "1 COUNT", it prints how many nanoseconds the operations took: elapsed time and CPU time.
 */

declare(strict_types=1);

if (isset($argv[3])) {
    require $argv[3];
}
$job = json_decode(file_get_contents($argv[2]));

function verification(object $job): Closure
{
    $keys = new CleverSso\KeySet(json_encode($job->jwks));
    return fn() => $keys->verifyIdToken($job->token, $job->issuer, $job->client_id, $job->nonce, now: $job->now);
}

function exchange(object $job): Closure
{
    $client = new CleverSso\Client(
        'client',
        'secret',
        $job->redirect_uri,
        baseUrl: $job->base_url,
        caBundle: $job->authority,
    );
    return fn() => $client->exchangeCode('code');
}

$used = function (): int {
    $usage = getrusage();
    $seconds = $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'];
    return 1000 * (1_000_000 * $seconds + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']);
};
$operation = $argv[1] === 'exchange' ? exchange($job) : verification($job);
while (($line = fgets(STDIN)) !== false) {
    [$threads, $count] = array_map(intval(...), explode(' ', trim($line)));
    if ($threads !== 1) {
        throw new ValueError('PHP has one thread');
    }
    [$begun, $before] = [hrtime(true), $used()];
    for ($done = 0; $done < $count; $done++) {
        $operation();
    }
    echo hrtime(true) - $begun, ' ', $used() - $before, "\n";
}
