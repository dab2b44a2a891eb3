--TEST--
What the browser brought is read strictly
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Callback;

$callback = Callback::parse(REDIRECT_URI . '?code=c0de&scope=read%3Auser_id%20read%3Asis&state=5tate');
var_dump($callback->code, $callback->state, $callback->scopes, $callback->accessToken, $callback->loginasByAdmin);
$callback = Callback::parse('error=access_denied&error_description=%3Cb%3E');
var_dump($callback->error, $callback->errorDescription, $callback->code);
var_dump(Callback::parse('#token_type=bearer&state=s&access_token=t0ken')->accessToken);
foreach (['', '?', 'code=a&code=b', 'code=a&error=b', "code=a\0b", "code=\xff", str_repeat('a', 1 << 20)] as $text) {
    echo thrown(fn() => Callback::parse($text)), "\n";
}
?>
--EXPECTF--
string(4) "c0de"
string(5) "5tate"
array(2) {
  [0]=>
  string(12) "read:user_id"
  [1]=>
  string(8) "read:sis"
}
NULL
bool(false)
string(13) "access_denied"
string(3) "<b>"
NULL
string(5) "t0ken"
CleverSso\LoginException: callback_malformed: %s
CleverSso\LoginException: callback_malformed: %s
CleverSso\LoginException: callback_duplicate: %s
CleverSso\LoginException: callback_contradictory: %s
CleverSso\ArgumentException: argument_invalid: %s has a NUL byte
CleverSso\ArgumentException: argument_invalid: %s is not UTF-8
CleverSso\LoginException: callback_malformed: %s
