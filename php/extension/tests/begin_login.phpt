--TEST--
A login begins without a network, and leads nowhere but to Clever and back
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Client;

$client = new Client(CLIENT_ID, CLIENT_SECRET, [REDIRECT_URI, 'http://127.0.0.1:9/second']);
$login = $client->beginLogin(districtId: DISTRICT_ID, redirectUri: 'http://127.0.0.1:9/second');
parse_str(parse_url($login->url, PHP_URL_QUERY), $query);
echo strtok($login->url, '?'), "\n";
echo $query['client_id'], ' ', $query['redirect_uri'], ' ', $query['district_id'], ' ', $query['response_type'], "\n";
var_dump(strlen($query['state']) >= 22, strlen($login->pending) <= 128, rawurlencode($login->pending) === $login->pending);
var_dump($login->pending === $client->beginLogin()->pending);
var_dump(str_contains($login->url, 'confirmed=false'), str_contains($client->beginLogin(switchUser: true)->url, 'confirmed=false'));
echo $client->beginLogin(returnTo: '/' . str_repeat('a', 1023))::class, ' ', $client->beginLogin(returnTo: '/школа')::class, "\n";

foreach (['https://evil.example/', '//evil.example', '/\\evil.example', "/a\0b", '/' . str_repeat('a', 1024)] as $target) {
    echo thrown(fn() => $client->beginLogin(returnTo: $target)), "\n";
}
echo thrown(fn() => $client->beginLogin(redirectUri: 'http://127.0.0.1:9/third')), "\n";
echo thrown(fn() => (new Client(CLIENT_ID, redirectUri: REDIRECT_URI))->beginLogin()), "\n";
echo thrown(fn() => $login->pending = 'another'), "\n";

echo $client->instantLoginUrl(DISTRICT_ID), "\n", $client->portalUrl(), "\n", $client->portalUrl('demo'), "\n";
echo $client->authorizeUrl('token', state: 's'), "\n", $client->authorizeUrl(switchUser: true), "\n";
echo thrown(fn() => $client->authorizeUrl('id_token')), "\n";
?>
--EXPECTF--
https://clever.com/oauth/authorize
php-tests http://127.0.0.1:9/second 53ee4b8a44abc88c1c00119b code
bool(true)
bool(true)
bool(true)
bool(false)
bool(false)
bool(true)
CleverSso\Login CleverSso\Login
CleverSso\ArgumentException: return_to_unsafe: %s
CleverSso\ArgumentException: return_to_unsafe: %s
CleverSso\ArgumentException: return_to_unsafe: %s
CleverSso\ArgumentException: argument_invalid: %s
CleverSso\ArgumentException: return_to_unsafe: %s1024 bytes%s
CleverSso\ConfigException: redirect_uri_unknown: %s
CleverSso\ConfigException: client_secret_missing: %s
Error: Cannot modify readonly property CleverSso\Login::$pending
https://clever.com/oauth/instant-login?%s
https://clever.com/login
https://clever.com/in/demo
https://clever.com/oauth/authorize?%sstate=s%S
https://clever.com/oauth/authorize?%sconfirmed=false%S
ValueError: CleverSso\Client::authorizeUrl(): Argument #1 ($responseType) must be either "code" or "token"
