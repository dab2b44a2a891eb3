--TEST--
No dump, export or serialization shows a secret
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Callback;

$client = client(keyCache: '/nowhere/at/all');
$login = $client->beginLogin();
$callback = Callback::parse('code=a-private-code&state=a-private-state');

function shown(object $object): string
{
    ob_start();
    var_dump($object);
    debug_zval_dump($object);
    print_r($object);
    var_export($object);
    return ob_get_clean() . json_encode($object) . var_export((array) $object, true);
}

foreach ([[$client, CLIENT_SECRET], [$login, $login->pending], [$login, $login->url], [$callback, 'a-private'], [$login, $login->setCookies[0]->value],
    [$login->setCookies[0], $login->pending]] as [$object, $secret]) {
    var_dump(str_contains(shown($object), $secret));
    echo thrown(fn() => serialize($object)), "\n";
}
print_r($login);
echo thrown(fn() => clone $client), "\n";
echo thrown(fn() => unserialize('O:16:"CleverSso\Client":0:{}')), "\n";
echo thrown(fn() => unserialize('O:18:"CleverSso\SignedIn":0:{}')), "\n";
echo thrown(fn() => new CleverSso\SignedIn()), "\n";
?>
--EXPECTF--
bool(false)
Exception: Serialization of 'CleverSso\Client' is not allowed
bool(false)
Exception: Serialization of 'CleverSso\Login' is not allowed
bool(false)
Exception: Serialization of 'CleverSso\Login' is not allowed
bool(false)
Exception: Serialization of 'CleverSso\Callback' is not allowed
bool(false)
Exception: Serialization of 'CleverSso\Login' is not allowed
bool(false)
Exception: Serialization of 'CleverSso\SetCookie' is not allowed
CleverSso\Login Object
(
    [url] => [redacted]
    [setCookies] => Array
        (
            [0] => CleverSso\SetCookie Object
                (
                    [name] => clever_login_%s
                    [value] => [redacted]
                    [maxAge] => 600
                    [secure] =>%w
                    [header] => [redacted]
                )

        )

    [key] => %s
    [pending] => [redacted]
    [needsPage] =>%w
)
Error: Trying to clone an uncloneable object of class CleverSso\Client
Exception: Unserialization of 'CleverSso\Client' is not allowed
Exception: Unserialization of 'CleverSso\SignedIn' is not allowed
Error: Call to private CleverSso\SignedIn::__construct() from global scope
