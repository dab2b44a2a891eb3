--TEST--
An exception says what happened, and nothing that must not be logged
--EXTENSIONS--
clever_sso
--INI--
zend.exception_ignore_args=0
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Client;

$client = new Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, baseUrl: 'http://127.0.0.1:9', timeout: 2);
try {
    $client->exchangeCode('a-private-code');
} catch (CleverSso\NetworkException $error) {
    var_dump($error->getCodeWord(), $error->getUserMessage(), $error->getActor(), $error->isRetryable());
    var_dump($error->getHttpStatus(), $error->getRetryAfter(), $error->getCode(), $error->getPrevious());
    var_dump($error instanceof CleverSso\Exception, $error instanceof RuntimeException);
    $all = $error . print_r($error, true) . var_export($error->getTrace(), true);
    var_dump(str_contains($all, 'SensitiveParameterValue'));
    foreach (['a-private-code', CLIENT_SECRET] as $secret) {
        var_dump(str_contains($all, $secret));
    }
}
try {
    new Client('', 'a-s3cret', pendingKey: 's3cret', proxy: 'http://me:s3cret@127.0.0.1');
} catch (CleverSso\ConfigException $error) {
    var_dump(str_contains($error . print_r($error, true), 's3cret'));
}
$own = new CleverSso\NetworkException('made by an application');
var_dump($own->getMessage(), $own->setCookies, $own->endsSession);
?>
--EXPECTF--
string(15) "network_connect"
string(%d) "%s"
string(7) "network"
bool(true)
NULL
NULL
int(0)
NULL
bool(true)
bool(false)
bool(true)
bool(false)
bool(false)
bool(false)
string(22) "made by an application"
array(0) {
}
bool(false)
