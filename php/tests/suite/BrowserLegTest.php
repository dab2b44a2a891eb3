<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\BrowserLeg;
use CleverSso\BrowserRequest;
use CleverSso\NetworkException;
use CleverSso\Testing\Fake;
use CleverSso\Testing\FakeClient;

/** What frameworks share. */
final class BrowserLegTest extends EmulatorCase
{
    public function testAScriptOfAPersonWithoutTheRoleGetsJson(): void
    {
        $client = new FakeClient(Fake::exception(NetworkException::class, 'network_timeout'));
        $leg = new BrowserLeg($client, 'https://app.example/callback', '/login', ['/login', '/callback', '/logout'], '/', '/');
        $reply = $leg->notAllowed();
        self::assertSame([403, 'application/json'], [$reply->status, $reply->headers['Content-Type']]);
        self::assertSame('not_allowed', json_decode($reply->body, true)['code']);
        self::assertStringContainsString('no-store', $reply->headers['Cache-Control']);
    }

    public function testALoggerThatThrowsDoesNotStopALogin(): void
    {
        $client = new FakeClient(Fake::exception(NetworkException::class, 'network_timeout'));
        $throw = function (string $level, string $line): void {
            throw new \UnexpectedValueException("the log file cannot be written: {$level} {$line}");
        };
        $pages = ['/clever/login', '/clever/callback', '/clever/logout'];
        $leg = new BrowserLeg($client, 'https://app.example/clever/callback', $pages[0], $pages, '/', '/', log: $throw);
        $file = (string) tempnam(sys_get_temp_dir(), 'clever-sso-log');
        $before = ini_set('error_log', $file);
        try {
            self::assertSame('/clever/login', $leg->loginUrl('/' . str_repeat('a', 2000)));
            self::assertSame(503, $leg->callback(new BrowserRequest('GET', 'code=a&state=b', [], null))->status);
        } finally {
            ini_set('error_log', (string) $before);
            $lines = file($file);
            unlink($file);
        }
        self::assertCount(2, $lines);
        self::assertStringContainsString('return_to is not used: it is longer than 1024 bytes', $lines[0]);
        self::assertStringContainsString('login failed: network_timeout: ', $lines[1]);
    }
}
