<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;
use CleverSso\SignedIn;

/**
 * Settings that need a network or a clock to test: `proxy`, `caBundle` and `leeway`.
 *
 * A second emulator is the Clever at clever.example, a name without a DNS entry. CLEVER_SSO_TEST_PROXY leads there. It
 * serves TLS at CLEVER_SSO_TEST_TLS, with the certificate in CLEVER_SSO_TEST_CERTIFICATE. The test browser reaches it
 * at CLEVER_SSO_TEST_FAR.
 */
final class NetworkTest extends EmulatorCase
{
    private const FAR = 'https://clever.example';

    /** A login at the Clever behind the proxy. */
    private static function farSignedIn(Client $client): SignedIn
    {
        $login = $client->beginLogin();
        self::assertStringStartsWith(self::FAR . '/oauth/authorize?', $login->url);
        $callback = self::browse(getenv('CLEVER_SSO_TEST_FAR') . substr($login->url, strlen(self::FAR)));
        return $client->finishLogin($callback, self::cookiesOf($login->setCookies));
    }

    public function testALoginWorksThroughAProxyWithAPassword(): void
    {
        $proxy = (string) getenv('CLEVER_SSO_TEST_PROXY');
        $through = fn(string $proxy) => self::client(
            baseUrl: self::FAR,
            proxy: $proxy,
            caBundle: (string) getenv('CLEVER_SSO_TEST_CERTIFICATE'),
        );
        $identity = self::farSignedIn($through($proxy))->identity;
        self::assertSame(['Ada Ashworth', self::FAR, 'id_token'], [
            $identity->name->full, $identity->issuer, $identity->provenBy,
        ]);
        $bare = (string) preg_replace('~//.*@~', '//', $proxy);
        $refused = self::caught(fn() => self::farSignedIn($through($bare)));
        self::assertSame(['NetworkException', 'network_connect'], [self::short($refused), $refused->getCodeWord()]);
        self::assertStringContainsString("the proxy {$bare} (proxy) requires credentials", $refused->getMessage());
    }

    public function testALoginOverTlsNeedsTheCaBundle(): void
    {
        $tls = (string) getenv('CLEVER_SSO_TEST_TLS');
        $places = ['apiBase' => $tls, 'tokenEndpoint' => "{$tls}/oauth/tokens", 'jwksUri' => "{$tls}/oauth/certs"];
        $certificate = (string) getenv('CLEVER_SSO_TEST_CERTIFICATE');
        foreach ([$certificate, (string) file_get_contents($certificate)] as $bundle) {
            $client = self::client(...$places, baseUrl: self::FAR, caBundle: $bundle);
            self::assertSame('Ada Ashworth', self::farSignedIn($client)->identity->name->full);
        }
        $thrown = self::thrown(fn() => self::farSignedIn(self::client(...$places, baseUrl: self::FAR)));
        self::assertSame('NetworkException network_tls', $thrown);
    }

    /** Moves the emulator's clock, or sets it back. */
    private static function tell(string $control, string $body): void
    {
        $post = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $body];
        self::assertIsString(file_get_contents(self::url("/_emulator/{$control}"), false, stream_context_create(['http' => $post])));
    }

    public function testLeewayAcceptsAnIdTokenFromAClockThatIsAhead(): void
    {
        // More than the default leeway of 60 seconds, less than the maximum.
        self::tell('clock', '{"advance": 300}');
        try {
            self::assertSame('Ada', self::signedIn(self::client(leeway: 600))->identity->name->first);
            foreach ([[], ['leeway' => 0]] as $less) {
                $thrown = self::thrown(fn() => self::signedIn(self::client(...$less)));
                self::assertSame('TokenException id_token_issued_at', $thrown);
            }
        } finally {
            self::tell('reset', '');
        }
    }
}
