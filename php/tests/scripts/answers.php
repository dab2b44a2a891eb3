<?php

/** How each method handles the responses of the test's Clever: the error code, or "ok". */

declare(strict_types=1);

namespace CleverSso;

[, , $clientId, $person, $district] = $argv;
$client = new Client($clientId, 'a-secret', redirectUri: 'http://127.0.0.1:9/callback', baseUrl: (string) getenv('CLEVER_SSO_TEST_URL'));
$idToken = '';
$operations = [
    'discovery and keys' => fn() => $client->warmUp(),
    'tokens' => function () use ($client, &$idToken): void {
        $idToken = (string) $client->exchangeCode('c0de')->idToken;
    },
    'ID token' => function () use ($client, &$idToken): void {
        $client->verifyIdToken($idToken);
    },
    'tokeninfo' => fn() => $client->checkToken('il0'),
    'me' => fn() => $client->me('il0'),
    'user' => fn() => $client->user('il0', $person),
    'district' => fn() => $client->district('il0', $district),
    'userinfo' => fn() => $client->userinfo('il0'),
];
$said = [];
foreach ($operations as $name => $operation) {
    try {
        $operation();
        $said[$name] = 'ok';
    } catch (Exception $error) {
        $said[$name] = $error->getCodeWord();
    }
}
echo json_encode($said), "\n";
