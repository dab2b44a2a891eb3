<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;

/** Requests that must not act are recognized by method and headers. */
final class RefusalTest extends EmulatorCase
{
    private static function answer(string $endpoint, string $method, array $headers): string
    {
        $client = new Client(self::ID, self::SECRET, 'https://app.example/callback');
        $refusal = $client->refusal($endpoint, $method, $headers);
        return $refusal === null ? 'may act' : trim("{$refusal->status} {$refusal->allow}");
    }

    /** @dataProvider requests */
    public function testEachRequestGetsTheExpectedRefusal(string $answer, string $endpoint, string $method, array $headers): void
    {
        self::assertSame($answer, self::answer($endpoint, $method, $headers));
    }

    public static function requests(): iterable
    {
        $plain = ['Host' => 'app.example', 'X' => "\xff", 7 => 'seven', 'Accept' => ['a', 'b'], 'Sec-Fetch-Mode' => 'navigate'];
        yield ['may act', 'login', 'GET', []];
        yield ['may act', 'login', 'GET', $plain];
        yield ['200', 'login', 'HEAD', []];
        yield ['405 GET, HEAD', 'callback', 'POST', []];
        yield ['503', 'callback', 'GET', ['sec-purpose' => 'prefetch;prerender']];
        yield ['503', 'callback', 'GET', ['PURPOSE' => ['prefetch']]];
        yield ['403', 'callback', 'GET', ['Sec-Fetch-Mode' => 'no-cors']];
        yield ['may act', 'logout', 'POST', ['Sec-Fetch-Site' => 'same-origin']];
        yield ['may act', 'logout', 'POST', ['Origin' => 'https://app.example']];
        yield ['403', 'logout', 'POST', ['Sec-Fetch-Site' => 'same-site']];
        yield ['403', 'logout', 'POST', ['Origin' => 'https://evil.example']];
        yield ['405 POST', 'logout', 'GET', []];
        yield ['405 GET, HEAD', 'login', "\xff", []];
        yield ['405 POST', 'logout', "P\0", []];
    }

    /**
     * Invalid headers never make the call fail, and never allow a request.
     *
     * @dataProvider oddHeaders
     */
    public function testInvalidHeadersNeverFailAndNeverAllowARequest(mixed $odd, array $expected): void
    {
        $found = [
            self::answer('login', 'GET', ['Purpose' => $odd, "\xff\0" => $odd]),
            self::answer('callback', 'GET', ['Sec-Fetch-Mode' => $odd, "\xff\0" => $odd]),
            self::answer('logout', 'POST', ['Origin' => $odd, "\xff\0" => $odd]),
        ];
        self::assertSame($expected, $found);
    }

    public static function oddHeaders(): iterable
    {
        foreach (["a\0b", "\xff", ['a', 'b'], ["\xff", "\0"], [[]], null, 7, new \stdClass()] as $odd) {
            yield [$odd, ['may act', '403', '403']];
        }
        yield [[], ['may act', 'may act', 'may act']];
        yield [['prefetch', 'x'], ['503', '403', '403']];
    }

    public function testAnUnknownEndpointIsAValueError(): void
    {
        self::assertSame(
            'ValueError CleverSso\Client::refusal(): Argument #1 ($endpoint) must be "login", "callback" or "logout"',
            self::thrown(fn() => self::answer('log-out', 'GET', [])),
        );
    }
}
