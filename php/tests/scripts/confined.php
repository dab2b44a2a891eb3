<?php

/* Prints the exception when open_basedir blocks a file. There must be no other warning or error. */

declare(strict_types=1);

use CleverSso\Client;

require $argv[1] . '/tests/helper.inc';
// Load the library before, as a server does.
Client::isSwitchedOn('1');
foreach (['Traces', 'Hidden', 'Quiet', 'Environment', 'KeyCache', 'Exception', 'ConfigException', 'Login'] as $class) {
    class_exists("CleverSso\\{$class}");
}
$folder = dirname($argv[1]) . '/confined';
mkdir($folder);
ini_set('open_basedir', $folder);
putenv('CLEVER_CLIENT_ID=a');
putenv('CLEVER_KEY_CACHE=/etc/clever-keys');
echo thrown(fn() => new Client('a', keyCache: '/etc/clever-keys')), "\n";
echo thrown(fn() => new Client('a', caBundle: '/etc/ssl/certs/ca-certificates.crt')), "\n";
echo thrown(fn() => Client::fromEnv()), "\n";
echo thrown(fn() => new Client('a', keyCache: "{$folder}/keys")), "\n";
echo thrown(fn() => new Client('a', keyCache: "{$folder}/" . str_repeat('x', 5000))), "\n";
echo thrown(fn() => new Client('a', caBundle: "{$folder}/" . str_repeat('x', 5000))), "\n";
rmdir($folder);
