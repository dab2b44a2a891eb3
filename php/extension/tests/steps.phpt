--TEST--
The single steps, for those who drive the flow themselves
--EXTENSIONS--
clever_sso
--INI--
pcre.jit=0
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Callback;

$client = client();
$callback = Callback::parse(browse($client->authorizeUrl(state: 'a-state', nonce: 'a-nonce')));
var_dump(hash_equals('a-state', $callback->state));
$tokens = $client->exchangeCode($callback->code);
echo thrown(fn() => $client->exchangeCode($callback->code)), "\n";

$claims = $client->verifyIdToken($tokens->idToken, nonce: 'a-nonce', accessToken: $tokens->accessToken);
var_dump($claims['aud'], $claims['exp'] - $claims['iat']);
echo thrown(fn() => $client->verifyIdToken($tokens->idToken)), "\n";
echo thrown(fn() => $client->verifyIdToken($tokens->idToken . 'A', 'a-nonce')), "\n";

$info = $client->checkToken($tokens->accessToken);
var_dump($info->clientId, count($info->scopes) > 0);
$me = $client->me($tokens->accessToken);
var_dump($me->id === $claims['sub'], $me->districtId, $me->userType, $me->authorizedBy, $me->json['id'] === $me->id);
$user = $client->user($tokens->accessToken, $me->id);
var_dump($user->name->full, $user->roles[0]->name, $user->roles[0]->legacyId === $user->id, is_array($user->json['name']));
$district = $client->district($tokens->accessToken, DISTRICT_ID);
var_dump($district->name, $district->json['id'] === $district->id);
$userinfo = $client->userinfo($tokens->accessToken, $claims['sub']);
var_dump($userinfo->id === $me->id, $userinfo->json['given_name']);
echo thrown(fn() => $client->userinfo($tokens->accessToken, 'somebody-else')), "\n";
echo thrown(fn() => $client->me('no-token')), "\n";
echo thrown(fn() => $client->user($tokens->accessToken, '../me')), "\n";
echo thrown(fn() => $client->district($tokens->accessToken, '53ee4b8a44abc88c1c00119f')), "\n";
foreach ([$tokens, $me, $user, $userinfo] as $object) {
    $dump = print_r($object, true);
    var_dump(preg_match('/Ada|Ashworth|@/', $dump), str_contains($dump, $tokens->accessToken));
}
?>
--EXPECTF--
bool(true)
CleverSso\CleverException: code_rejected: %s
string(9) "php-tests"
int(3600)
CleverSso\TokenException: id_token_nonce: %s
CleverSso\TokenException: id_token_%s
string(9) "php-tests"
bool(true)
bool(true)
string(24) "53ee4b8a44abc88c1c00119b"
string(4) "user"
string(8) "district"
bool(true)
string(12) "Ada Ashworth"
string(7) "student"
bool(true)
bool(true)
string(24) "Emulated School District"
bool(true)
bool(true)
string(3) "Ada"
CleverSso\TokenException: userinfo_subject: %s
CleverSso\TokenException: token_rejected: %s
CleverSso\ArgumentException: argument_invalid: %s
CleverSso\CleverException: not_found: %s
int(0)
bool(false)
int(0)
bool(false)
int(0)
bool(false)
int(0)
bool(false)
