--TEST--
Requests that must not act are told apart by method and headers
--EXTENSIONS--
clever_sso
--FILE--
<?php
require __DIR__ . '/helper.inc';

$client = new CleverSso\Client(CLIENT_ID, CLIENT_SECRET, 'https://app.example/callback');

function answer(string $endpoint, string $method, array $headers): string
{
    global $client;
    $refusal = $client->refusal($endpoint, $method, $headers);
    return $refusal === null ? 'may act' : trim("{$refusal->status} {$refusal->allow}");
}

foreach ([
    ['login', 'GET', []],
    ['login', 'GET', ['Host' => 'app.example', 'X' => "\xff", 7 => 'seven', 'Accept' => ['a', 'b'], 'Sec-Fetch-Mode' => 'navigate']],
    ['login', 'HEAD', []],
    ['callback', 'POST', []],
    ['callback', 'GET', ['sec-purpose' => 'prefetch;prerender']],
    ['callback', 'GET', ['PURPOSE' => ['prefetch']]],
    ['callback', 'GET', ['Sec-Fetch-Mode' => 'no-cors']],
    ['logout', 'POST', ['Sec-Fetch-Site' => 'same-origin']],
    ['logout', 'POST', ['Origin' => 'https://app.example']],
    ['logout', 'POST', ['Sec-Fetch-Site' => 'same-site']],
    ['logout', 'POST', ['Origin' => 'https://evil.example']],
    ['logout', 'GET', []],
] as $request) {
    echo implode(' ', array_slice($request, 0, 2)), ': ', answer(...$request), "\n";
}
echo thrown(fn() => answer('log-out', 'GET', [])), "\n";
// Anybody can send anything: it never fails, and what makes no sense never helps.
foreach (["a\0b", "\xff", ['a', 'b'], ["\xff", "\0"], [], [[]], null, 7, new stdClass(), ['prefetch', 'x']] as $odd) {
    echo json_encode($odd, JSON_INVALID_UTF8_SUBSTITUTE);
    foreach (['Purpose' => ['login', 'GET'], 'Sec-Fetch-Mode' => ['callback', 'GET'], 'Origin' => ['logout', 'POST']] as $name => $to) {
        echo ' | ', answer(...$to, headers: [$name => $odd, "\xff\0" => $odd]);
    }
    echo "\n";
}
echo answer('login', "\xff", []), ' | ', answer('logout', "P\0", []), "\n";
?>
--EXPECTF--
login GET: may act
login GET: may act
login HEAD: 200
callback POST: 405 GET, HEAD
callback GET: 503
callback GET: 503
callback GET: 403
logout POST: may act
logout POST: may act
logout POST: 403
logout POST: 403
logout GET: 405 POST
ValueError: CleverSso\Client::refusal(): Argument #1 ($endpoint) must be "login", "callback" or "logout"
"a\u0000b" | may act | 403 | 403
"\ufffd" | may act | 403 | 403
["a","b"] | may act | 403 | 403
["\ufffd","\u0000"] | may act | 403 | 403
[] | may act | may act | may act
[[]] | may act | 403 | 403
null | may act | 403 | 403
7 | may act | 403 | 403
{} | may act | 403 | 403
["prefetch","x"] | 503 | 403 | 403
405 GET, HEAD | 405 POST
