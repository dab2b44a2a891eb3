--TEST--
What is wrong about a configuration is said, and what is no text is no text
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Client;

echo thrown(fn() => new Client('')), "\n";
echo thrown(fn() => new Client("a\0b")), "\n";
echo thrown(fn() => new Client("\xff")), "\n";
echo thrown(fn() => new Client('a', redirectUri: 'http://www.example.org/')), "\n";
echo thrown(fn() => new Client('a', baseUrl: 'http://clever:5999')), "\n";
echo thrown(fn() => new Client('a', caBundle: '/no/such/ca.pem')), "\n";
echo thrown(fn() => new Client('a', baseUrl: 'http://clever:5999', development: true)), "\n";
echo thrown(fn() => new Client('a', timeout: -1)), "\n";
echo thrown(fn() => new Client('a', timeout: NAN)), "\n";
echo thrown(fn() => new Client('a', timeout: 1e300)), "\n";
foreach ([0, -0.5, 1e-10, 86400.5, INF, -INF, PHP_INT_MIN] as $timeout) {
    echo thrown(fn() => new Client('a', timeout: $timeout)), "\n";
}
echo thrown(fn() => new Client('a', timeout: 0.0004)), "\n";
echo thrown(fn() => new Client('a', leeway: 601)), "\n";
echo thrown(fn() => new Client('a', leeway: -1)), "\n";
echo thrown(fn() => new Client('a', leeway: PHP_INT_MAX)), "\n";
echo thrown(fn() => new Client('a', leeway: PHP_INT_MIN)), "\n";
echo thrown(fn() => new Client('a', 'secret', [REDIRECT_URI, 7])), "\n";
echo thrown(fn() => new Client('a', 'secret', REDIRECT_URI, oldPendingKeys: [null])), "\n";
echo thrown(fn() => new Client('a', 'secret', REDIRECT_URI, keyCache: "/tmp/a\0b")), "\n";
echo thrown(fn() => new Client('a', 'secret', REDIRECT_URI, keyCache: 'php://memory')), "\n";
echo thrown(fn() => new Client('a', 'secret', REDIRECT_URI, wrong: 1)), "\n";
echo thrown(fn() => new Client('a', 'secret', [REDIRECT_URI, 'http://127.0.0.1:9/other'])), "\n";
echo thrown(fn() => (new Client('a', 'secret', REDIRECT_URI))->__construct('b')), "\n";
ini_set('open_basedir', __DIR__);
echo thrown(fn() => new Client('a', 'secret', REDIRECT_URI, keyCache: '/etc/clever-keys')), "\n";
echo thrown(fn() => new Client('a', 'secret', REDIRECT_URI, caBundle: '/etc/ssl/certs/ca-certificates.crt')), "\n";
?>
--EXPECTF--
CleverSso\ConfigException: config_invalid: %s
CleverSso\ArgumentException: argument_invalid: %sclient_id has a NUL byte
CleverSso\ArgumentException: argument_invalid: %sclient_id is not UTF-8
CleverSso\ConfigException: config_invalid: %s: redirectUri must start with https:// (plain http is allowed for localhost, or with development: true), found "http://www.example.org/"
CleverSso\ConfigException: config_invalid: %s: baseUrl must start with https:// (plain http is allowed for localhost, or with development: true), found "http://clever:5999"
CleverSso\ConfigException: config_invalid: %s: caBundle: "/no/such/ca.pem" cannot be read %s
nothing is thrown
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found -1
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found NaN
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found 1e300
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found 0
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found -0.5
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found 1e-10
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found 86400.5
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found inf
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found -inf
CleverSso\ConfigException: config_invalid: %s: timeout must be more than 0 s and at most 86400 s, found -9.223372036854776e18
nothing is thrown
CleverSso\ConfigException: config_invalid: %s: leeway must be from 0 to 600 s, found 601
CleverSso\ConfigException: config_invalid: %s: leeway must be from 0 to 600 s, found -1
CleverSso\ConfigException: config_invalid: %s: leeway must be from 0 to 600 s, found 9223372036854775807
CleverSso\ConfigException: config_invalid: %s: leeway must be from 0 to 600 s, found -9223372036854775808
TypeError: CleverSso\Client::__construct(): Argument #3 ($redirectUri) must hold only strings, int found
TypeError: CleverSso\Client::__construct(): Argument #10 ($oldPendingKeys) must hold only strings, null found
ValueError: CleverSso\Client::__construct(): Argument #21 ($keyCache) must not contain any null bytes
ValueError: CleverSso\Client::__construct(): Argument #21 ($keyCache) must be an absolute path
Error: Unknown named parameter $wrong
nothing is thrown
Error: This CleverSso\Client is constructed already

Warning: CleverSso\Client::__construct(): open_basedir restriction in effect. %s
ValueError: CleverSso\Client::__construct(): Argument #21 ($keyCache) must be a file that open_basedir allows

Warning: CleverSso\Client::__construct(): open_basedir restriction in effect. %s
ValueError: CleverSso\Client::__construct(): Argument #19 ($caBundle) must be PEM text, or a file that open_basedir allows
