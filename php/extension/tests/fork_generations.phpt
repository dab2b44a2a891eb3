--TEST--
Forked children and grandchildren of a process that used a client can call Clever, and exit normally
--EXTENSIONS--
clever_sso
pcntl
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

$client = client();

function asks(CleverSso\Client $client): bool
{
    try {
        $client->me('unknown');
    } catch (CleverSso\TokenException $refused) {
        return true;
    }
    return false;
}

function descend(CleverSso\Client $client, int $generations): bool
{
    $child = pcntl_fork();
    if ($child === 0) {
        // It begins a login before it asks, and ends with the destructors of everything.
        $right = $client->beginLogin()->url !== '' && asks($client) && ($generations === 1 || descend($client, $generations - 1));
        exit($right ? 0 : 1);
    }
    pcntl_waitpid($child, $status);
    return pcntl_wexitstatus($status) === 0 && asks($client);
}

var_dump(descend($client, 3), asks($client), descend($client, 3));
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
