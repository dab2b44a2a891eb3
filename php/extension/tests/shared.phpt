--TEST--
Equal configurations share one native client, different ones do not, and the number of clients is limited
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Client;

function kept(): int
{
    ob_start();
    (new ReflectionExtension('clever_sso'))->info();
    preg_match('/kept by this process => (\d+)/', ob_get_clean(), $match);
    return (int) $match[1];
}

$first = client();
$second = client();
unset($first);
client();
var_dump(kept());

// What one of them sealed, only one with the same key opens.
$login = $second->beginLogin();
$back = 'error=access_denied&state=' . state_of($login);
$other = new Client(CLIENT_ID, CLIENT_SECRET . '2', REDIRECT_URI, baseUrl: clever_url());
var_dump($other->finishLogin($back, cookies_of($login->setCookies))->endsSession);
var_dump(client()->finishLogin($back, cookies_of($login->setCookies))->endsSession);
var_dump(kept());

// A border between two texts is a border: none of these is another one, but one redirect URI is a list of one.
new Client('ab', 'c', REDIRECT_URI);
new Client('a', 'bc', REDIRECT_URI);
new Client('a', 'b', [REDIRECT_URI]);
new Client('a', 'b', REDIRECT_URI);
new Client('a', 'b', REDIRECT_URI, oldPendingKeys: ['0123456789abcdef', '0123456789abcdeg']);
new Client('a', 'b', REDIRECT_URI, oldPendingKeys: ['0123456789abcdef'], returnToOrigins: ['https://0123456789abcdeg']);
new Client('a', 'b', REDIRECT_URI, development: true);
new Client('a', 'b', REDIRECT_URI, leeway: 61);
new Client('a', 'b', REDIRECT_URI, timeout: 10.5);
var_dump(kept());

for ($number = 0; $number < 100; $number++) {
    new Client("customer-$number", 'secret', REDIRECT_URI);
}
var_dump(kept() <= 66, $second->beginLogin() instanceof CleverSso\Login);
?>
--EXPECT--
int(1)
bool(false)
bool(true)
int(2)
int(10)
bool(true)
bool(true)
