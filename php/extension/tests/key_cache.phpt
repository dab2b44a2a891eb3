--TEST--
Processes share Clever's keys through a file that only their user can write
--EXTENSIONS--
clever_sso
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

$file = __DIR__ . '/key_cache.keys';
$log_in = function (CleverSso\Client $client): string {
    $login = $client->beginLogin();
    return $client->finishLogin(browse($login->url), cookies_of($login->setCookies))->identity->name->first;
};

// Another timeout each time: another client, as another process has.
$timeout = 10;
$fresh = function () use ($file, &$timeout): CleverSso\Client {
    return client(timeout: ++$timeout, keyCache: $file);
};

$fresh()->warmUp();
printf("%04o %s\n", fileperms($file) & 07777, json_decode(file_get_contents($file))->issuer === clever_url() ? 'keys' : '');
var_dump(glob("$file.*"));

// A client that took the keys from the file verifies with them, though it cannot fetch any.
$keys = file_get_contents($file);
$tokens = client()->exchangeCode(CleverSso\Callback::parse(browse(client()->authorizeUrl(nonce: 'n')))->code);
$alone = client(keyCache: $file, jwksUri: 'http://127.0.0.1:9/');
var_dump($alone->verifyIdToken($tokens->idToken, 'n')['given_name']);
$alone = client(jwksUri: 'http://127.0.0.1:9/', timeout: 3);
echo thrown(fn() => $alone->verifyIdToken($tokens->idToken, 'n')), "\n";
$alone->importKeys($keys);
var_dump($alone->verifyIdToken($tokens->idToken, 'n')['given_name']);
echo thrown(fn() => $alone->importKeys('{}')), "\n";

// What is broken is replaced.
file_put_contents($file, '{"issuer":');
echo $log_in($fresh()), ' ', json_decode(file_get_contents($file)) === null ? 'broken' : 'replaced', "\n";

// What others could have written is not believed, and is replaced as well.
chmod($file, 0666);
echo $log_in($fresh());
clearstatcache();
printf(" %04o\n", fileperms($file) & 07777);

// A link is not followed: neither to read nor to write.
rename($file, "$file.elsewhere");
symlink("$file.elsewhere", $file);
echo $log_in($fresh()), ' ', is_link($file) ? 'link' : 'file', "\n";
unlink("$file.elsewhere");
unlink($file);

// A folder that is not there.
$client = client(timeout: ++$timeout, keyCache: __DIR__ . '/nowhere/keys');
echo $log_in($client), $log_in($client), "\n";
?>
--CLEAN--
<?php
@unlink(__DIR__ . '/key_cache.keys');
@unlink(__DIR__ . '/key_cache.keys.elsewhere');
?>
--EXPECTF--
0600 keys
array(0) {
}
string(3) "Ada"
CleverSso\NetworkException: network_connect: %s
string(3) "Ada"
CleverSso\ArgumentException: argument_invalid: %s
Ada replaced

Warning: CleverSso\Client::finishLogin(): The key cache %s is not used: others may write to it in %s on line %d
Ada 0600

Warning: CleverSso\Client::finishLogin(): The key cache %s is not used: %s in %s on line %d
Ada file

Warning: CleverSso\Client::finishLogin(): The key cache %s is not used: No such file or directory in %s on line %d
AdaAda
