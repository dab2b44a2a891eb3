--TEST--
A forked child has the client and the keys of its parent
--EXTENSIONS--
clever_sso
pcntl
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

$client = client();
$client->warmUp();
$tokens = $client->exchangeCode(CleverSso\Callback::parse(browse($client->authorizeUrl(nonce: 'n')))->code);
$before = certificates_asked();
for ($child = 0; $child < 3; $child++) {
    if (pcntl_fork() === 0) {
        exit($client->verifyIdToken($tokens->idToken, 'n')['given_name'] === 'Ada' ? 7 : 1);
    }
    pcntl_wait($status);
    var_dump(pcntl_wexitstatus($status));
}
var_dump(certificates_asked() - $before);

function certificates_asked(): int
{
    $journal = json_decode(file_get_contents(clever_url() . '/_emulator/journal'), true);
    return count(array_filter($journal['journal'], fn($request) => $request['path'] === '/oauth/certs'));
}
?>
--EXPECT--
int(7)
int(7)
int(7)
int(0)
