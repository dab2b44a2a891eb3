--TEST--
Cookies and logins show no secret, however they are turned into text
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

$login = client()->beginLogin();
[$cookie] = $login->setCookies;
foreach ([$login, $cookie, [$login, $cookie]] as $object) {
    ob_start();
    var_dump($object);
    debug_zval_dump($object);
    print_r($object);
    var_export($object);
    $shown = ob_get_clean() . json_encode($object) . var_export((array) $object, true);
    foreach ([$login->url, $login->pending, $cookie->value, $cookie->header] as $secret) {
        var_dump(str_contains($shown, $secret));
    }
    echo thrown(fn() => serialize($object)), "\n";
}
echo json_encode($cookie) === json_encode(['name' => $cookie->name] + json_decode(json_encode($cookie), true)) ? 'named' : '', "\n";
var_dump(isset($login->pending), isset($cookie->value));
echo thrown(fn() => $login->pending = 'another'), "\n";
echo thrown(fn() => $cookie->value = 'another'), "\n";
?>
--EXPECTF--
bool(false)
bool(false)
bool(false)
bool(false)
Exception: Serialization of '%s' is not allowed
bool(false)
bool(false)
bool(false)
bool(false)
Exception: Serialization of '%s' is not allowed
bool(false)
bool(false)
bool(false)
bool(false)
Exception: Serialization of '%s' is not allowed
named
bool(true)
bool(true)
Error: Cannot modify readonly property CleverSso\Login::$pending
Error: Cannot modify readonly property CleverSso\SetCookie::$value
