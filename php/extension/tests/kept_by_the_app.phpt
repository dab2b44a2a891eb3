--TEST--
An application keeps logins in a session of its own, one entry for each
--EXTENSIONS--
clever_sso
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

$client = client();
$session = [];
$callbacks = [];
foreach (['/first', '/second'] as $target) {
    $login = $client->beginLogin(returnTo: $target);
    $session[$login->key] = $login->pending;
    $callbacks[] = browse($login->url);
}
foreach ($callbacks as $callback) {
    $key = $client->loginKey($callback);
    $outcome = $client->finishLoginWithPending($callback, $session[$key]);
    unset($session[$key]);
    echo $outcome->returnTo, ' ', count($outcome->setCookies), ' ', $outcome->endsSession ? 'ends' : 'stays', "\n";
}
$restart = $client->finishLoginWithPending($callbacks[0], null);
echo $restart->reason, ' ', count($restart->setCookies), ' ', strlen($restart->login->key) > 10 ? 'key' : '', "\n";
foreach (['', 'code=a', 'code=a&code=b&state=c', "code=a&state=b\0"] as $callback) {
    try {
        var_dump($client->loginKey($callback));
    } catch (CleverSso\ArgumentException $error) {
        echo $error->getCodeWord(), "\n";
    }
}
?>
--EXPECT--
/first 0 ends
/second 0 ends
pending_missing 0 key
NULL
NULL
NULL
argument_invalid
