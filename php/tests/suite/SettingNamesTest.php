<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\ConfigException;
use CleverSso\Finding;
use CleverSso\Report;
use CleverSso\SettingNames;

/** What frameworks say about their settings. */
final class SettingNamesTest extends EmulatorCase
{
    private const OURS = [
        'clientId' => 'our.client_id', 'clientSecret' => 'our.client_secret', 'redirectUri' => 'our.redirect_uri', 'timeout' => 'our.timeout',
        'proxy' => 'our.proxy', 'keyCache' => 'our.key_cache', 'development' => 'our.development', 'pendingKey' => 'our.pending_key',
        'logger' => 'our.logger',
    ];

    /** @dataProvider mistakes */
    public function testAWrongSettingIsNamedAsItsFrameworkNamesIt(string $detail, array $arguments): void
    {
        try {
            (new SettingNames(self::OURS))->client($arguments + ['clientId' => 'a', 'clientSecret' => 's']);
            self::fail('nothing was thrown');
        } catch (ConfigException $error) {
            self::assertSame("config_invalid: the configuration cannot be used: {$detail}", $error->getMessage());
            self::assertSame(['config_invalid', 'app', 500, false], [
                $error->getCodeWord(), $error->getActor(), $error->getPageStatus(), $error->isRetryable(),
            ]);
            self::assertStringStartsWith('This app has a problem with Clever.', $error->getUserMessage());
            self::assertNull($error->getPrevious());
        }
    }

    public static function mistakes(): iterable
    {
        yield ['our.client_secret begins or ends with white space', ['clientSecret' => ' s']];
        yield ['our.client_id must not be empty', ['clientId' => '']];
        yield ['our.client_id has a NUL byte', ['clientId' => "a\0"]];
        yield ['our.client_secret is not UTF-8', ['clientSecret' => "\xff"]];
        yield ['our.timeout must be more than 0 s and at most 86400 s, found -1', ['timeout' => -1.0]];
        yield ['our.timeout must be of type float, string given', ['timeout' => '5']];
        yield ['our.redirect_uri must hold only strings, int found', ['redirectUri' => [7]]];
        yield ['our.key_cache must be an absolute path', ['keyCache' => 'keys']];
        yield ['our.logger must have a method warning, or be a closure', ['logger' => new \stdClass()]];
        yield [
            'our.proxy must start with http://, https://, socks5h://, socks5://, socks4a:// or socks4://, for example'
                . ' http://proxy.example:3128',
            ['proxy' => ''],
        ];
        yield [
            'our.redirect_uri must start with https:// (plain http is allowed for localhost, or with our.development: true), found'
                . ' "http://clientSecret.example/clientId"',
            ['redirectUri' => 'http://clientSecret.example/clientId'],
        ];
        // The framework has no such setting.
        yield [
            'baseUrl must start with https:// (plain http is allowed for localhost, or with our.development: true), found "http://clever:1"',
            ['baseUrl' => 'http://clever:1'],
        ];
    }

    public function testASettingThatAFrameworkDoesNotHaveIsNoAdvice(): void
    {
        $names = new SettingNames(['redirectUri' => 'Callback address']);
        $this->expectException(ConfigException::class);
        $this->expectExceptionMessage('Callback address must start with https:// (plain http is allowed for localhost), found "http://a.example/"');
        $names->client(['clientId' => 'a', 'redirectUri' => 'http://a.example/']);
    }

    public function testAFailureOfDiscoveryStaysWhatItIs(): void
    {
        $this->expectException(\CleverSso\NetworkException::class);
        (new SettingNames(self::OURS))->client(['clientId' => 'a', 'baseUrl' => 'http://127.0.0.1:9', 'discover' => true]);
    }

    public function testValidSettingsMakeAClient(): void
    {
        $client = (new SettingNames(self::OURS))->client(['clientId' => 'a', 'redirectUri' => self::CALLBACK]);
        self::assertSame(['a', [self::CALLBACK]], [$client->clientId, $client->redirectUris]);
    }

    public function testAReportNamesTheSettings(): void
    {
        $report = (new SettingNames(self::OURS))->report(new Report([
            new Finding('credentials', 'problem', 'refused: clientId and clientSecret look swapped', 'timeout is 0.1 s: set it to some seconds'),
            new Finding('connect', 'ok', 'the proxy "clientId" answers, within its timeout', null),
        ]));
        self::assertSame(
            [
                ['problem', 'refused: our.client_id and our.client_secret look swapped', 'our.timeout is 0.1 s: set it to some seconds'],
                ['ok', 'the proxy "clientId" answers, within its timeout', null],
            ],
            array_map(fn(Finding $one): array => [$one->level, $one->found, $one->advice], $report->findings),
        );
    }
}
